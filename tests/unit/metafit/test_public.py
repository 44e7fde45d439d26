"""The package's front door: every name is there, and costs little."""

from __future__ import annotations

import subprocess
import sys

import pytest

import metafit as stats


@pytest.mark.parametrize("name", stats.__all__)
def test_every_public_name_is_found_and_documented(name: str) -> None:
    assert getattr(stats, name).__doc__


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pol'"):
        stats.pol  # noqa: B018


def test_pooling_loads_no_more_of_scipy_than_special() -> None:
    code = "import sys; from metafit import pool; "
    code += "print(sorted({m.split('.')[1] for m in sys.modules if m.startswith('scipy.')}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout
    assert "special" in loaded
    assert not any(f"'{heavy}'" in loaded for heavy in ("stats", "optimize", "integrate", "linalg", "sparse"))
