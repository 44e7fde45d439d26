"""The page about the addresses: each with what it takes, and an example with its answer."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.web.api.bodies import NetworkBody
from deqi.web.api.examples import Example, examples
from deqi.web.site import pages
from deqi.web.site.settings import ENVIRONMENT

OF_A_NETWORK = ("table", "method", "test", "also")
"""Fields of a network that mean something else than those of a pool."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Made once an edition; the examples are asked as it is made."""
    return pages.kept_page(request, "", "api", written)


def written() -> str:
    """The page."""
    given = {"examples": examples(), "fields": _fields, "limits": ENVIRONMENT}
    return pages.render("api/page.html.j2", given)


def _fields(one: Example) -> list[tuple[str, bool, str]]:
    """Each field of the query or body: name, whether it is required, and the key of what is said of it."""
    asks = one.endpoint.asks
    own = OF_A_NETWORK if asks is NetworkBody else ()
    return [
        (field.name, field.required, f"api.field.{'network.' if field.name in own else ''}{field.name}")
        for field in msgspec.structs.fields(asks)
    ]
