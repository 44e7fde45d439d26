"""``/health``: is it up, and which edition and version does it serve?"""

from __future__ import annotations

from importlib import metadata

import msgspec
from django.http import HttpRequest, HttpResponse

from deqi.web.site import library


def health(request: HttpRequest) -> HttpResponse:
    """A small JSON document."""
    body = {"status": "ok", "edition": library.library().edition, "version": metadata.version("deqi")}
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")
