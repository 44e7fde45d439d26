"""What tests of several rooms share: the shipped knowledge, an engine, persons in a line, a copy to spoil."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import settings

from deqi.knowledge import Knowledge, load
from tests.support.someone import engine, someone
from tests.support.spoil import copy, spoil

# How long an example takes is no property of what is tested, on a machine that others use too.
settings.register_profile("default", settings.get_profile("default"), deadline=None)

__all__ = ["copy", "engine", "knowledge", "someone", "spoil"]


FIRST = ("web", "cli")
"""Folders whose tests wait for processes of their own: begun first, and by one worker, they run beside the others."""
UNMEASURED = ("properties", "docs", "web")
"""Folders of which it is not measured which branches they reach: measuring takes twice as long again as running, what
examples drawn at random reach is luck, pages repeat what other tests run, and the site is a process of its own. A test
that runs whole tables through code that others reach case by case has the mark ``no_cover`` itself."""


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that is kept comes from another run: compiled rules live in a folder of this run alone."""
    if hasattr(config, "workerinput"):
        return  # the folder is that of whoever started the workers
    folder = tempfile.TemporaryDirectory(prefix="deqi-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["DEQI_CACHE"] = folder.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def kind(item: pytest.Item) -> str:
        return item.path.relative_to(config.rootpath / "tests").parts[0]

    if not all(item.path.is_relative_to(config.rootpath / "tests") for item in items):
        return
    items.sort(key=lambda item: FIRST.index(kind(item)) if kind(item) in FIRST else len(FIRST))
    if config.pluginmanager.hasplugin("_cov"):
        for item in items:
            if kind(item) in UNMEASURED:
                item.add_marker("no_cover")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()
