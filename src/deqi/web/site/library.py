"""The knowledge and the engine, loaded once before the first request and shared by every page."""

from __future__ import annotations

import datetime as dt
import functools

from deqi.api import Library, html, look_up, pages


@functools.cache
def library() -> Library:
    """The edition that is served, with the rules made ready."""
    return Library.load()


def say(key: str, fields: dict[str, object] | None = None) -> str:
    """A phrase by its key."""
    return library().phrases.say(key, fields)


def warm() -> None:
    """Load everything that every worker needs, before the first request.

    Modules are loaded when first used; two threads that load parts of a circle at once can meet a half-loaded module.
    So each kind of page is made once here, by one thread.
    """
    from deqi.web.api import views as api
    from deqi.web.asking import course
    from deqi.web.atlas import views as atlas
    from deqi.web.comparing import views as comparing
    from deqi.web.planning import views as planning
    from deqi.web.reading import topics

    shelf = library()
    for one in look_up.topics(shelf):
        if one.kind == "trials":
            topics.warm(one)
            comparing.warm(one)
            break
    found = course.course((), shelf, dt.date.fromisoformat(shelf.knowledge.edition.released))
    html.around(pages.told(found.found, shelf))
    atlas.warm()
    planning.warm(dt.date.fromisoformat(shelf.knowledge.edition.released))
    api.written()
