"""The site for tests: a server of its own on loopback, and plain requests to it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

PATIENCE = 600
"""Seconds: what never comes is told all the same, and a busy machine is no fault of the site."""
MOST_BYTES = 60_000
"""Compressed bytes of a page."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """A running site."""

    port: int
    pid: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask(path, headers=headers)

    def size(self, path: str) -> int:
        """Bytes of a page on its way to a browser; gzip is asked first, because brotli takes as long as the page."""
        size = len(self.get(path, {"Accept-Encoding": "gzip"}).body)
        return size if size <= MOST_BYTES else len(self.get(path, {"Accept-Encoding": "br"}).body)

    def post(self, path: str, fields: Mapping[str, str] | list[tuple[str, str]]) -> Answer:
        """A form sent from a page of the site."""
        head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address}
        return self.ask(path, "POST", urlencode(fields).encode(), head | {"Sec-Fetch-Site": "same-origin"})


def free_port() -> int:
    """One below those that the system gives to whoever asks for any, so that nobody takes it before the server does."""
    first = 20_000 + os.getpid() * 31 % 12_000
    for port in (*range(first, 32_000), *range(20_000, first)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


@contextlib.contextmanager
def running(folder: Path, variables: Mapping[str, str] | None = None) -> Iterator[Site]:
    """A server until the block ends; it must stop by itself when told to."""
    port = free_port()
    log = folder / "site.log"
    patient = {"DEQI_WEB_WORK_SECONDS": str(PATIENCE)}
    environment = {**os.environ, **patient, **(variables or {}), "DEQI_WEB_PORT": str(port)}
    command = [sys.executable, "-c", "from deqi.cli.main import run; run()", "serve"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=folder)
    try:
        _wait(port, server, log)
        yield Site(port, server.pid, log)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            raise


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        with contextlib.suppress(OSError):
            Site(port, server.pid, log).get("/health")
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text())
