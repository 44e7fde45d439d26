"""Between the server and Django: a request is read whole, within a time and a size, before a thread works on it.

A WSGI server gives a thread to each request and lets the application wait for its body: as many slow senders as there
are threads stop the site for everybody (CWE-400). Here all bodies are waited for in one loop, which costs no thread.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from deqi.web.site.headers import PINNED

BODY_SECONDS = 10.0
"""For a whole body of at most a megabyte to come in."""


class Headers(Protocol):
    """The headers of a request, lower case, one name perhaps several times."""

    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What the server knows of a request."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Headers: ...


class Exchange(Protocol):
    """Where the body comes from and the answer goes to."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, list[tuple[str, str]], bytes]


class Gateway:
    """An application of the server's own interface (RSGI) around a WSGI application.

    An answer is made within ``seconds``. ``too_slow`` is the sentence for whoever did not send, or did not get, within
    the time.
    """

    def __init__(self, application: Application, threads: int, max_body: int, too_slow: str, seconds: float) -> None:
        self._application = application
        self._workers = ThreadPoolExecutor(threads, "request")
        self._max_body = max_body
        self._too_slow = too_slow.encode()
        self._seconds = seconds

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        given = environ(scope)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._body(given.get("CONTENT_LENGTH", ""), exchange)
        except TimeoutError:
            self._refuse(408, exchange)
            return
        given["wsgi.input"] = io.BytesIO(body)
        working = asyncio.get_running_loop().run_in_executor(self._workers, answer, self._application, given)
        try:
            async with asyncio.timeout(self._seconds):
                status, headers, content = await working
        except TimeoutError:
            self._refuse(503, exchange)
            return
        if scope.method == "HEAD":
            exchange.response_empty(status, headers)
        else:
            exchange.response_bytes(status, headers, content)

    async def _body(self, length: str, exchange: Exchange) -> bytes:
        """The body; none of it where the application will refuse its length anyway."""
        if not (length.isascii() and length.isdecimal()) or not 0 < int(length) <= self._max_body:
            return b""
        found = bytearray()
        async for some in exchange:
            found += some
        return bytes(found[: int(length)])

    def _refuse(self, status: int, exchange: Exchange) -> None:
        headers = [*PINNED.items(), ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        exchange.response_bytes(status, [(name.lower(), value) for name, value in headers], self._too_slow)


def environ(scope: Scope) -> dict[str, Any]:
    """A request as WSGI names its parts (PEP 3333)."""
    name, _, port = scope.server.rpartition(":")
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header, value in scope.headers.items():
        if "_" in header:
            continue  # it would pass for the same header with a hyphen, which only the proxy may set
        key = header.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        found[key] = f"{found[key]},{value}" if key in found else value
    if scope.authority and "HTTP_HOST" not in found:
        found["HTTP_HOST"] = scope.authority
    return found


def answer(application: Application, given: dict[str, Any]) -> Answer:
    """What the application answers, whole."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        begun.append((status, headers))

    parts = application(given, start)
    try:
        body = b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    status, headers = begun[-1]
    return int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers], body
