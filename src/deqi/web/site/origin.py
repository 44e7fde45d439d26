"""A POST must come from a page of this site: without cookies there is nothing to forge, and no reason to allow more."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from deqi.web.site.errors import refuse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"


class SameOrigin:
    """Refuses what a page of another site sends. Programs send neither header and may use the interface for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS and not self._from_here(request):
            return refuse(request, 403, "elsewhere")
        return self.get_response(request)

    @staticmethod
    def _from_here(request: HttpRequest) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is None and origin is None:
            return bool(request.path.startswith(API))
        if site is not None and site not in ("same-origin", "none"):
            return False
        return origin is None or bool(urlsplit(origin).netloc == request.get_host())
