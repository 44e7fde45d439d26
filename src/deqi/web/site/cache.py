"""Rendered pages kept with their compressed bytes, by everything they depend on.

Only pages that say nothing about anybody are kept. Answers to what a person told are never kept and never compressed
(a secret beside reflected input under one compression can be guessed: Gluck, Harris and Prado, BREACH, 2013).
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse

MAX_PAGES = 4_096
LIGHT, HARD = 3, 10


@dataclasses.dataclass(frozen=True)
class Key:
    """What a page depends on."""

    edition: str
    locale: str
    topic: str
    section: str
    choice: str = ""


@dataclasses.dataclass(frozen=True)
class Kept:
    """One rendered page; compressed when somebody first asks for it so. ``effort``: brotli's, of 0 to 11."""

    media: str
    plain: bytes
    etag: str
    effort: int

    @functools.cached_property
    def brotli(self) -> bytes:
        return bytes(brotli.compress(self.plain, quality=self.effort))

    @functools.cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.plain, min(self.effort, 9), mtime=0)


class PageCache:
    """At most so many pages; the one not asked for longest goes first. Safe in threads."""

    def __init__(self, most: int = MAX_PAGES) -> None:
        self._most = most
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], str], media: str = "text/html; charset=utf-8") -> Kept:
        """The page of a key, made when it is not there."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
        # A page of somebody's choice is asked for once or twice: it is not worth the hardest compression.
        made = keep(make(), media, LIGHT if key.choice else HARD)
        with self._lock:
            self._pages[key] = made
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._pages)


def keep(text: str, media: str, effort: int) -> Kept:
    """A text ready to be sent."""
    plain = text.encode()
    return Kept(media, plain, f'"{hashlib.sha256(plain).hexdigest()[:24]}"', effort)


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    """A kept page as the asker can take it; nothing but a note where it is known already."""
    accepted = request.headers.get("Accept-Encoding", "")
    names = {
        part.partition(";")[0].strip() for part in accepted.split(",") if not part.replace(" ", "").endswith("q=0")
    }
    if request.headers.get("If-None-Match") == kept.etag:
        response = HttpResponse(status=304)
    elif "br" in names:
        response = HttpResponse(kept.brotli, content_type=kept.media)
        response["Content-Encoding"] = "br"
    elif "gzip" in names:
        response = HttpResponse(kept.gzip, content_type=kept.media)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(kept.plain, content_type=kept.media)
    response["ETag"] = kept.etag
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=300"
    return response


PAGES = PageCache()
