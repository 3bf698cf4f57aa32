"""Servers and proxies of plain sockets, which do what they are told, and a client of either kind in front of them."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import ssl
import threading
from base64 import b64encode

import pytest
import trustme

from airudder import AsyncClient, Client

APP = {"app_key": "fake-app-key", "app_secret": "fake-app-secret"}
CONTACT = {"callee": "+620001234567", "platform": "TEMP1", "caseid": "c-1", "variables": {"customer_name": "Ana"}}
QUERY = {"case_id": "c-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-12-01 00:00:00+08:00"}
UPLOAD = {"workflow_id": "w", "details": [CONTACT]}
UPLOADED = "/service/cloud/workflow/uploaddetails"
TOKEN = {"token": "fake-token"}

# Python warns that forking beside threads is dangerous; these tests show that it is not here.
forking = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def http(data, *, status="200 OK", headers=(), length=None):
    body = json.dumps({"code": 200, "data": data}).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Listener:
    """Serves each connection in a thread of its own, by a function where it is given one."""

    def __init__(self, serve=None):
        self.serve = serve or self.serve
        self.connections = 0
        self._open = []
        self.closed = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=[connection]))
                self._threads[-1].start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            self.serve(connection)
        self.closed.release()

    def serve(self, connection):
        raise NotImplementedError

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)


class Server(Listener):
    """Answers with whatever bytes it is told, connection by connection, and tells what was asked.

    An answer that is a list is sent piece by piece, where a function is called, and the connection closed behind it.
    The pieces of a tuple are records of their own in TLS, but arrive at once.
    """

    def __init__(self, *answers, tls=None):
        self.answers = list(answers)
        self._tls = tls
        self.requests = []
        self.heads = []
        super().__init__()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def serve(self, plain):
        wrap = self._tls.wrap_socket if self._tls else lambda plain, **_: contextlib.nullcontext(plain)
        with wrap(plain, server_side=True) as connection, connection.makefile("rb") as stream:
            self._open.append(connection)
            while head := read_head(stream):
                path = head[0].split()[1]
                self.heads.append(head)
                self.requests.append(path)
                answer = http(TOKEN) if path.endswith("/auth") else self.answers.pop(0)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, isinstance(answer, tuple))
                for piece in answer if isinstance(answer, (list, tuple)) else [answer]:
                    if callable(piece):
                        piece()
                    else:
                        connection.sendall(piece)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
                if isinstance(answer, list):
                    break  # and close

    def uploads(self):
        return self.requests.count(UPLOADED)


def read_head(stream):
    """The lines of the next request's head, its body being read, too; nothing at the end."""
    lines = []
    while line := stream.readline().decode().rstrip("\r\n"):
        lines.append(line)
    length = [line.split(":")[1] for line in lines if line.lower().startswith("content-length:")]
    stream.read(int(*length))
    return lines


class Proxy(Listener):
    """A proxy: for CONNECT it gives `answer`, and for 200 it connects, unless it cuts the connection first.

    Once `cut` is set, tunnels are cut as soon as the host answers.
    """

    def __init__(self, answer=b"HTTP/1.1 200 Connection established\r\n\r\n", credentials=None, tls=None):
        self.answer = answer
        self.cut = threading.Event()
        self.asked = []
        self._tls = tls
        self._wants = credentials and f"Basic {b64encode(credentials.encode()).decode()}"
        super().__init__()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def serve(self, plain):
        wrap = self._tls.wrap_socket if self._tls else lambda plain, **_: contextlib.nullcontext(plain)
        with wrap(plain, server_side=True) as connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                byte = connection.recv(1)
                if not byte:
                    return
                head += byte
            lines = head.decode().split("\r\n")
            self.asked.append(lines[0])
            if self._wants and f"Proxy-Authorization: {self._wants}" not in lines:
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            method, target, _ = lines[0].split()
            if method != "CONNECT":  # a plain request, which is passed on with its head as it is
                target = target.removeprefix("http://").partition("/")[0]
            else:
                connection.sendall(self.answer)
                if b" 200 " not in self.answer:
                    return
            host, port = target.split(":")
            with socket.create_connection((host, int(port))) as onward:
                if method != "CONNECT":
                    path = lines[0].split()[1].removeprefix(f"http://{target}")
                    onward.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + head.partition(b"\r\n")[2])
                back = threading.Thread(target=self._pump, args=[onward, connection])
                back.start()
                while data := connection.recv(65536):
                    onward.sendall(data)
                with contextlib.suppress(OSError):
                    onward.shutdown(socket.SHUT_RDWR)
                back.join(60)

    def _pump(self, onward, connection):
        with contextlib.suppress(OSError):
            while data := onward.recv(65536):
                if self.cut.is_set():
                    break
                connection.sendall(data)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class Face:
    """A client of either kind, used alike, which sends by this transport."""

    def __init__(self, kind, url, transport, settings):
        self._runner = None if kind == "sync" else asyncio.Runner()
        self.transport = transport
        make = Client if kind == "sync" else AsyncClient
        self.client = make(base_url=url, transport=transport, **APP | settings)

    def call(self, name, params, **options):
        called = self.client.call(name, params, options=options or None)
        return self._runner.run(called) if self._runner else called

    def method(self, name, /, **params):
        """Call the method of an operation."""
        family, action = name.split(".")
        called = getattr(getattr(self.client, family), action)(**params)
        return self._runner.run(called) if self._runner else called

    def campaign(self, **settings):
        """Run a campaign."""
        ran = self.client.campaigns.run(**settings)
        return self._runner.run(ran) if self._runner else ran

    def look_up(self, **options):
        return self.call("workflow.detail_instances", QUERY, **options)

    def upload(self, **options):
        return self.call("workflow.upload_details", UPLOAD, **options)

    def close(self):
        close = getattr(self.transport, "aclose", None) or self.transport.close
        closed = close()
        if self._runner:
            self._runner.run(closed)
            self._runner.close()


class Authority:
    """A certificate authority of our own, a certificate of this machine, and what trusts it."""

    def __init__(self, folder):
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own = authority.issue_cert("127.0.0.1", "localhost")
        own.configure_cert(self.server)
        self.certificate = folder / "server.pem"
        own.private_key_and_cert_chain_pem.write_to_path(str(self.certificate))
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)
        self.file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.file))


def status_of_child(act):
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # that of pytest would wait for the lock, too
        signal.alarm(60)
        with contextlib.suppress(BaseException):
            os._exit(0 if act() else 1)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def free_port() -> int:
    """A port where nothing listens, for a program that cannot choose one itself. It is none of those that systems give
    to connections and to whoever asks for a free one, so that it stays free until it is used."""
    while True:
        port = random.randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
