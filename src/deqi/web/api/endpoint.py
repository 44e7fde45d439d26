"""The decorator: a function from a typed request to a document becomes an address with limits, faults and a schema."""

from __future__ import annotations

import dataclasses
import functools
import re
import time
import typing
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse

from deqi.api import write
from deqi.api.types import InputError
from deqi.web.api.bodies import Asked
from deqi.web.api.budget import Budget, asker
from deqi.web.api.day import today
from deqi.web.api.decoding import FaultError, body_of, query_of
from deqi.web.site import library, pages
from deqi.web.site.cache import Key, PageCache, answer
from deqi.web.site.problems import problem
from deqi.web.site.sentences import without_dashes
from deqi.web.site.settings import ENVIRONMENT

ROOT = "api/1/"
JSON = "application/json"
KEPT = PageCache(32)
"""Documents that are about nobody. A report is a megabyte or two, so few are kept."""
_PART = re.compile(r"\{(\w+)\}")


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One address.

    Attributes
    ----------
    name : its key among the words, and in the list of operations.
    method : GET asks by the address, POST by a body.
    place : below the root, with its parts in braces.
    asks : the struct of the query or the body.
    gives : the type of the document.
    make : from what was asked, and the parts of the address, to the document.
    """

    name: str
    method: Literal["GET", "POST"]
    place: str
    asks: type[Asked]
    gives: Any
    make: Callable[..., Any]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of the address."""
        return tuple(_PART.findall(self.place))

    @property
    def route(self) -> str:
        """The address as Django writes it."""
        return ROOT + _PART.sub(r"<str:\1>", self.place)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods it answers to."""
        return ("GET", "HEAD") if self.method == "GET" else ("POST",)

    def text(self, asked: Asked, **parts: str) -> str:
        """The document, as ``--json`` writes it."""
        return write.json(self.make(asked, **parts))


ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: Literal["GET", "POST"], place: str, gives: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function ``(asked: Struct, *parts) -> document`` as an address."""

    def enter(make: Callable[..., Any]) -> Callable[..., Any]:
        asks = typing.get_type_hints(make)["asked"]
        ENDPOINTS.append(Endpoint(make.__name__, method, place, asks, gives, make))
        return make

    return enter


class MissingError(InputError):
    """There is no such thing: 404."""


def view(one: Endpoint) -> Callable[..., HttpResponse]:
    """The address as Django calls it."""

    def answered(request: HttpRequest, **parts: str) -> HttpResponse:
        if request.method not in one.allowed:
            return _not_allowed(one.allowed)
        if seconds := budget().wait(asker(request, ENVIRONMENT.proxies), time.monotonic()):
            response = problem(429, pages.words("api.fault.many", {"seconds": seconds}))
            response["Retry-After"] = str(seconds)
            return response
        try:
            return _answer(one, request, parts)
        except FaultError as fault:
            return problem(fault.status, fault.said)
        except MissingError as error:
            return problem(404, without_dashes(str(error)))
        except InputError as error:
            return problem(422, without_dashes(str(error)))

    return answered


@functools.cache
def budget() -> Budget:
    """The buckets of this worker."""
    return Budget(ENVIRONMENT.requests_per_minute)


def _answer(one: Endpoint, request: HttpRequest, parts: dict[str, str]) -> HttpResponse:
    if one.method == "POST":
        if request.content_type != JSON:
            raise FaultError(415, pages.words("api.fault.media"))
        response = HttpResponse(one.text(body_of(request.body, one.asks), **parts), content_type=JSON)
        response["Cache-Control"] = "no-store"
        return response
    asked = query_of(request.GET, one.asks)
    where = one.place.format(**parts)
    key = Key(library.library().edition, "", "", where, msgspec.json.encode(asked).decode() + today().isoformat())
    return answer(request, KEPT.get(key, lambda: one.text(asked, **parts), JSON))


def _not_allowed(allowed: tuple[str, ...]) -> HttpResponse:
    response = problem(405, pages.words("api.fault.method", {"methods": ", ".join(allowed)}))
    response["Allow"] = ", ".join(allowed)
    return response
