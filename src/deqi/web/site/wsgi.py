"""The application a WSGI server runs: Django, and in front of it the files that never change."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.core.handlers.wsgi import WSGIHandler
from whitenoise import WhiteNoise

from deqi.web.site import assets
from deqi.web.site.headers import PINNED


def make_application() -> WhiteNoise:
    """Django behind the static files, everything loaded before the first request."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deqi.web.site.settings")
    django.setup(set_prefix=False)
    from deqi.web.site import library
    from deqi.web.site.requestlog import quiet_django

    quiet_django()
    library.warm()
    return WhiteNoise(
        WSGIHandler(),
        root=str(assets.FOLDER),
        prefix=assets.prefix(),
        max_age=31_536_000,
        immutable_file_test=lambda path, url: True,
        add_headers_function=_pinned,
    )


def _pinned(headers: object, path: str | Path, url: str) -> None:
    for name, value in PINNED.items():
        headers[name] = value  # type: ignore[index]  # WhiteNoise types no headers


application = make_application()
