"""Problem documents for programs (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from django.http import HttpResponse


def problem(status: int, detail: str) -> HttpResponse:
    """An error as ``application/problem+json``."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/problem+json")
