"""A request is waited for without holding a thread, within a time and a size, and handed on as it came."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from deqi.web.site import gateway
from deqi.web.site.gateway import Gateway, environ
from tests.support.site import PATIENCE, Site

SLOW_SENDERS = 40
"""Ten times as many as the site has threads."""


class _Headers(list[tuple[str, str]]):
    def items(self) -> list[tuple[str, str]]:
        return list(self)


@dataclass
class _Scope:
    method: str = "POST"
    path: str = "/a%20b"
    headers: _Headers = field(default_factory=_Headers)
    http_version: str = "1.1"
    server: str = "127.0.0.1:80"
    client: str = "127.0.0.1:5000"
    scheme: str = "http"
    query_string: str = ""
    authority: str | None = None


class _Exchange:
    """Sends parts of a body with pauses; keeps what was answered."""

    def __init__(self, parts: Iterable[bytes], pause: float = 0.0) -> None:
        self.parts, self.pause = parts, pause
        self.status, self.body = 0, b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.pause)
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = status, body

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status


def _echo(given: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("X-A", "1")])
    return [given["wsgi.input"].read()]


def _asked(
    scope: _Scope, exchange: _Exchange, application: gateway.Application = _echo, seconds: float = PATIENCE
) -> _Exchange:
    made = Gateway(application, threads=2, max_body=1_000, too_slow="too slow", seconds=seconds)
    with ThreadPoolExecutor(1) as other:  # a browser of another test may hold a loop in this thread
        other.submit(asyncio.run, made.__rsgi__(scope, exchange)).result()
    return exchange


def test_a_body_in_parts_arrives_whole() -> None:
    scope = _Scope(headers=_Headers([("content-length", "6")]))
    found = _asked(scope, _Exchange([b"abc", b"def"]))
    assert (found.status, found.body) == (200, b"abcdef")


@pytest.mark.parametrize("length", [None, "1001", "-1", "x", "٣"])
def test_a_body_of_a_refused_length_is_never_read(length: str | None) -> None:
    headers = _Headers([("content-length", length)] if length else [])

    def parts() -> Iterable[bytes]:
        raise AssertionError("the body was read")
        yield b""

    assert _asked(_Scope(headers=headers), _Exchange(parts())).body == b""


def test_who_sends_too_slowly_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "BODY_SECONDS", 0.05)
    found = _asked(_Scope(headers=_Headers([("content-length", "3")])), _Exchange([b"a", b"b", b"c"], 0.04))
    assert (found.status, found.body) == (408, b"too slow")


def test_an_answer_that_takes_too_long_is_given_up() -> None:

    given_up = threading.Event()

    def slow(given: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        given_up.wait()
        return _echo(given, start)

    try:
        assert _asked(_Scope(method="GET"), _Exchange([]), slow, 0.05).status == 503
    finally:
        given_up.set()


def test_names_are_those_of_wsgi() -> None:
    headers = _Headers([("host", "a.example"), ("x_forwarded_proto", "https"), ("accept", "a"), ("accept", "b")])
    found = environ(_Scope(path="/t/%C3%A9%2F", headers=headers))
    assert found["PATH_INFO"].encode("latin-1").decode() == "/t/é/"
    assert found["HTTP_ACCEPT"] == "a,b" and found["HTTP_HOST"] == "a.example"
    assert "HTTP_X_FORWARDED_PROTO" not in found


def test_slow_senders_stop_nobody_else(site: Site) -> None:
    head = (
        f"POST /ask HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nOrigin: {site.address}\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 999\r\n\r\na="
    )
    slow = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(SLOW_SENDERS)]
    try:
        for one in slow:
            one.sendall(head.encode())
        assert site.get("/health").status == 200
        slow[0].settimeout(PATIENCE)
        assert slow[0].recv(64).startswith(b"HTTP/1.1 408 ")
    finally:
        for one in slow:
            one.close()
