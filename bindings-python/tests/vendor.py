"""The made-up vendor of the catalog in `core/vectors/examples`: a server of its 20 operations."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi import EXAMPLES

from airudder import crypto

FILE = EXAMPLES / "vendor.json"
ROWS = {row["name"]: row for row in json.loads(FILE.read_text(encoding="utf-8"))["operations"]}

PLAN = {"name": "July", "template_id": "t-1", "plan_id": "p/1", "status": "draft", "created_at": "2026-07-01T00:00:00Z"}
DRAFT = {"name": "July", "template_id": "t-1"}
WINDOW = {"days": [1, 2], "from": "09:00", "to": "18:00"}
PAGE = {"page": 1, "page_size": 20, "total": 1}
TEMPLATE = {"template_id": "t-1", "name": "hello", "channel": "sms"}
NUMBER = {"phone": "+620001234567", "quality": "GREEN"}
PHONE = {"phone": "+620001234567"}

CALLS = {
    "plans.create": ({**DRAFT, "note": None, "windows": [WINDOW], "variables": {"任意": "x"}}, PLAN),
    "plans.create_runs": (
        {"plan_id": "p/1", "dry_run": True, "contacts": [{"rows": [{"callee": "+620001234567"}]}], "priority": 2},
        {"run_id": "r-1", "accepted": 1},
    ),
    "plans.delete": ({"plan_id": "p/1"}, None),
    "plans.get": ({"plan_id": "p/1"}, PLAN),
    "plans.get_runs_report": ({"plan_id": "p/1", "run_id": "r-1", "lang": "zh"}, {"url": "https://example.com/"}),
    "plans.list": (
        {"page": 1, "status": "draft", "keyword": "七月 & more", "with_stats": True},
        {**PAGE, "list": [PLAN]},
    ),
    "plans.list_runs": ({"plan_id": "p/1", "page": 1}, {**PAGE, "list": []}),
    "plans.update": ({"plan_id": "p/1", **DRAFT, "max_attempts": 3}, PLAN),
    "templates.create": ({"name": "hello", "channel": "sms", "content": {"kind": "text", "text": "Hi"}}, TEMPLATE),
    "templates.create_preview": ({"template_id": "t-1", "variables": {"name": "Ana"}}, {"text": "Hi Ana"}),
    "templates.delete": ({"template_id": "t-1", "force": False}, {}),
    "templates.get": ({"template_id": "t-1"}, TEMPLATE),
    "templates.get_tree": ({"template_id": "t-1"}, {"id": "1", "name": "a", "children": [{"id": "2", "name": "b"}]}),
    "templates.list": ({"channel": "sms"}, {**PAGE, "list": [TEMPLATE]}),
    "waba.bind_number": ({"waba_id": "w-1", **PHONE, "display_name": "Shop"}, NUMBER),
    "waba.list_accounts": ({}, {"accounts": [{"waba_id": "w-1", "name": "Shop"}]}),
    "waba.list_numbers": ({"waba_id": "w-1"}, [NUMBER]),
    "waba.send_message": (
        {
            "from": "+620001234567",
            "to": "+620007654321",
            "template": "hello",
            "language": "id_ID",
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
        },
        {"message_id": "m-1"},
    ),
    "waba.unbind_number": (PHONE, {}),
    "waba.update_number": ({**PHONE, "limits": {"per_day": 5, "per_second": 0.5}}, NUMBER),
}
"""Parameters and result of each operation."""


class Vendor:
    """Serves the operations, in the envelope and encryption of each, and remembers what it was asked."""

    def __init__(self, key=None):
        self.key = key
        self.asked = []
        """Operation and parameters, put together from path, query and body."""
        self.reset = 0
        """So many requests are read, and the connection is closed without an answer."""
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                content = vendor.answer(self.command, urlsplit(self.path), body)
                if content is None:
                    self.close_connection = True
                    return
                content_type, text, headers = content
                self.send_response(200)
                for name, value in {"Content-Type": content_type, "Content-Length": len(text), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        for method in ("GET", "POST", "PUT", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.serve)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever).start()

    def answer(self, method, url, body):
        """Content type, body and header fields; None to hang up."""
        if url.path == "/service/cloud/auth":
            return self.sealed({"code": 200, "data": {"token": "fake-token"}})
        name, places = next(
            (name, found.groupdict())
            for name, row in ROWS.items()
            if row["method"] == method and (found := re.fullmatch(pattern(row["path"]), url.path))
        )
        asked = crypto.decrypt(url.query, self.key).decode() if self.key and method == "GET" else url.query
        query = dict(parse_qsl(asked, keep_blank_values=True, strict_parsing=bool(asked)))
        text = crypto.decrypt(body, self.key).decode() if self.key and body else body
        self.asked.append(
            (name, {place: unquote(value) for place, value in places.items()}, query, json.loads(text or "{}"))
        )
        if self.reset:
            self.reset -= 1
            return None
        if name == "plans.get_runs_report" and query["lang"] == "en":
            return "application/zip", b"PK\5\6", {}
        result = CALLS[name][1]
        is_sms = ROWS[name]["envelope"] == "sms"
        return self.sealed({"code": 0, "body": result} if is_sms else {"code": 200, "status": "OK", "data": result})

    def sealed(self, document):
        text = json.dumps(document)
        if not self.key:
            return "application/json", text.encode(), {}
        return (
            "application/json",
            crypto.encrypt(text, self.key).encode(),
            {"Is-Encrypted": "1", "Signed": crypto.digest(text)},
        )

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def pattern(path):
    return re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)
