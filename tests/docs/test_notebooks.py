"""The notebooks of metafit print what stands in them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from docs.notebooks import FOLDER, executed

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
_NUMBER = re.compile(r"-?\d+\.\d+")


def test_there_are_three() -> None:
    assert len(NOTEBOOKS) == 3


def texts(notebook: dict[str, Any]) -> list[str]:
    """Everything that the code cells gave, in order."""
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            parts = [output["text"]] if "text" in output else output["data"].values()
            found += ["".join(part) for part in parts]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_what_it_shows(path: Path) -> None:
    kept, now = (texts(one) for one in (json.loads(path.read_text(encoding="utf-8")), executed(path)))
    assert kept and len(kept) == len(now)
    for shown, made in zip(kept, now, strict=True):
        # another processor may round the last digit of a place in a figure otherwise
        assert _NUMBER.sub("#", shown) == _NUMBER.sub("#", made)
        pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(made), strict=True)
        assert all(math.isclose(float(a), float(b), rel_tol=1e-3, abs_tol=0.011) for a, b in pairs)
