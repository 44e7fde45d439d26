"""A result as a file, kept by nobody."""

from __future__ import annotations

from django.http import HttpResponse

SVG = "image/svg+xml"


def attached(text: str, name: str, media: str) -> HttpResponse:
    """The file by its name, to be saved."""
    response = HttpResponse(text, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
