"""What tests of several rooms share: the shipped knowledge, an engine, persons in a line, a copy to spoil."""

from __future__ import annotations

import os

import pytest

from deqi.knowledge import Knowledge, load
from tests.support.someone import engine, someone
from tests.support.spoil import copy, spoil

__all__ = ["copy", "engine", "knowledge", "someone", "spoil"]


def pytest_configure(config: pytest.Config) -> None:
    """Compiled rules are kept between test runs, beside pytest's own cache and not among the user's files."""
    if config.cache is not None:
        os.environ["DEQI_CACHE"] = str(config.cache.mkdir("deqi"))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()
