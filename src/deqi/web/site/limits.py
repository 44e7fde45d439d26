"""How much a request may carry."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from deqi.web.site.errors import refuse


class BodyLimit:
    """Refuses a body that is too long, or whose length is not said, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Transfer-Encoding"):
            return refuse(request, 411, "length")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()):
            return refuse(request, 400, "request")
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return refuse(request, 413, "large")
        return self.get_response(request)
