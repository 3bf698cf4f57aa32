"""A Redis of the tests' own, on a free port of this machine."""

import subprocess
import time

import redis
from servers import free_port


class RedisServer:
    """A running server, which can be killed and started again."""

    def __init__(self, folder, *, durable=True) -> None:
        """Start it; a durable one keeps what it confirms, another one nothing."""
        self._folder = folder
        self._durable = durable
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.client = redis.Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        options = ["--appendonly", "yes" if self._durable else "no", "--appendfsync", "always", "--save", ""]
        command = ["redis-server", "--port", str(self._port), "--dir", self._folder, "--bind", "127.0.0.1", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(600):
            try:
                self.client.ping()
            except redis.ConnectionError:
                assert self._process.poll() is None
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("Redis does not start")

    def kill(self) -> None:
        """Kill it without a warning."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self.client.close()
        self._process.terminate()
        self._process.wait(timeout=60)
