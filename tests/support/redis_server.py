"""A Redis server of a test's own, which can be stopped and started."""

import socket
import subprocess
import time


class RedisServer:
    """`redis-server` on a port of its own, keeping nothing."""

    def __init__(self, port: int, directory) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._directory = directory
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start, and wait until it listens."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, cwd=self._directory, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < end, "Redis does not start"
                time.sleep(0.02)

    def kill(self) -> None:
        """Gone without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None
