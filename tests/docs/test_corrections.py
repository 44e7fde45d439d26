"""Every correction of the audit is answered."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "knowledge-corrections.md"
EXPECTED = {"A": 66, "B": 32, "C": 46, "D": 13, "E": 21}


def test_all_178_corrections_are_answered() -> None:
    answered: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| ([A-E])(\d+) \|", line):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert len(cells) == 5, line
            assert cells[2], f"{cells[0]} has no answer"
            answered.setdefault(found[1], []).append(found[2])
    assert {letter: len(set(numbers)) for letter, numbers in answered.items()} == EXPECTED
    assert sum(EXPECTED.values()) == 178


def test_all_28_faults_of_the_second_audit_are_answered() -> None:
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| S(\d+) \|", line):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert len(cells) == 5 and all(cells), line
            found[int(match[1])] = cells[2]
    assert set(found) == set(range(1, 29))
