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


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that is kept comes from another run: compiled rules live in a folder of this run alone."""
    folder = tempfile.TemporaryDirectory(prefix="deqi-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["DEQI_CACHE"] = folder.name


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()
