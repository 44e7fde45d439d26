"""Reports that were read by eye and then pinned; their numbers are recomputed in `test_numbers`."""

from __future__ import annotations

import pytest

from tests.golden.report.pinned import FOLDER, pinned


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_a_pinned_report_is_unchanged(name: str) -> None:
    assert pinned()[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_every_pinned_report_is_there() -> None:
    assert sorted(pinned()) == sorted(path.name for path in FOLDER.glob("*.txt"))
