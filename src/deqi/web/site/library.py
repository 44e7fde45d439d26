"""The knowledge and the engine, loaded once before the first request and shared by every page."""

from __future__ import annotations

import functools

from deqi.api import Library


@functools.cache
def library() -> Library:
    """The edition that is served, with the rules made ready."""
    return Library.load()


def say(key: str, fields: dict[str, object] | None = None) -> str:
    """A phrase by its key."""
    return library().phrases.say(key, fields)


def warm() -> None:
    """Load everything that every worker needs."""
    library().engine  # noqa: B018
    library().phrases  # noqa: B018
