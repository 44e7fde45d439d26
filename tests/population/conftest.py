"""Compiled rules are kept between test runs, beside pytest's own cache and not among the user's files."""

from __future__ import annotations

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if config.cache is not None:
        os.environ["DEQI_CACHE"] = str(config.cache.mkdir("deqi"))
