"""A copy of the shipped knowledge to spoil."""

import csv
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deqi.knowledge.store import DATA

Spoil = Callable[[str, Mapping[str, str], Mapping[str, str]], Path]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped data folder, copied."""
    return Path(shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("_sources")))


@pytest.fixture
def spoil(copy: Path) -> Spoil:
    """Change cells of the first row that fits; ``{}`` fits the first row."""

    def change(table: str, where: Mapping[str, str], cells: Mapping[str, str]) -> Path:
        path = copy / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        row = next(one for one in rows if all(one[name] == value for name, value in where.items()))
        row.update(cells)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return copy

    return change
