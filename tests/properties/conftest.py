"""Properties say nothing of which branches the tests reach: what examples drawn at random reach is luck.

Measuring them all the same takes as long again as running them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.hasplugin("_cov"):
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker("no_cover")
