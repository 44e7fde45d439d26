"""A page that is kept is sent as it is: nothing is looked up, reckoned or written again for whoever asks next."""

from __future__ import annotations

import pytest

PLACES = (
    "/t/diabetic",
    "/t/diabetic/print",
    "/t/diabetic/clinician",
    "/t/diabetic/full",
    "/t/diabetic/benefits",
    "/e/row/diabetic/value/O039",
    "/e/why/diabetic?r=value:O039+value:O040",
)
MAKE = ("report", "decision", "one_pager", "chain", "rows_behind")


@pytest.mark.parametrize("place", PLACES)
def test_a_kept_page_is_not_made_again(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from deqi.web.site.wsgi import application

    assert application
    from django.test import RequestFactory
    from django.urls import resolve

    from deqi.api import look_up
    from deqi.api import pages as blocks

    def ask() -> bytes:
        found = resolve(place.partition("?")[0])
        return bytes(found.func(RequestFactory().get(place), *found.args, **found.kwargs).content)

    def again(*_: object) -> None:
        raise AssertionError("made again")

    first = ask()
    for name in MAKE:
        monkeypatch.setattr(blocks, name, again)
    for name in ("explain", "rows"):
        monkeypatch.setattr(look_up, name, again)
    assert ask() == first and b"<h1" in first
