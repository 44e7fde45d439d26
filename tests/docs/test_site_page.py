"""The page about the site names every setting with its value, and no address that is not there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from deqi.web.site.environment import PREFIX, Environment

PAGE = (Path(__file__).parents[2] / "docs" / "site.md").read_text(encoding="utf-8")


def test_every_setting_is_named() -> None:
    named = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", PAGE))
    assert named == {f"{PREFIX}{one.name.upper()}" for one in dataclasses.fields(Environment)}
    usual = Environment()
    for value in (usual.address, str(usual.port), f"{usual.max_body:,}", str(usual.requests_per_minute)):
        assert value in PAGE
    assert f"| {usual.workers}, {usual.threads} |" in PAGE
    assert f"| {usual.work_seconds} |" in PAGE


def test_every_address_is_there() -> None:
    from deqi.web.site.wsgi import application

    assert application
    from django.urls import resolve

    found = [one for one in re.findall(r"`(/[a-z/?=-]*)`", PAGE) if not one.endswith("/e/")]
    assert len(found) > 15
    for place in found:
        path = place.partition("?")[0]
        if path in ("/risks", "/may-i", "/sure", "/else"):
            path = f"/t/diabetic{path}"
        assert resolve(path)
