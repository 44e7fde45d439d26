"""``deqi assess --sheet`` prints the sheet and nothing else."""

from pathlib import Path

import pytest

from tests.cli.run import run
from tests.golden.safety.plancheck.pinned import HERE


def test_the_sheet_is_printed_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    who = tmp_path / "who.yaml"
    who.write_text(
        "sex: male\nborn: 1960-03-01\nconditions: [{set: foot-ulcer-or-infection, side: left}]\n", encoding="utf-8"
    )
    plan = str(HERE / "plans" / "leg.yaml")
    out = run(capsys, "assess", "--person", str(who), "--plan", plan, "--as-of", "2026-11-24", "--sheet").out
    assert out.startswith("Textbook leg plan")
    assert "Open about the person: 18." in out
    assert "Needles in: 8 " in out and "counted out: ____" in out
    assert "omit: ST36 left, GB34 left" in out


def test_a_sheet_needs_a_plan(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    who = tmp_path / "who.yaml"
    who.write_text("sex: male\n", encoding="utf-8")
    ended = run(capsys, "assess", "--person", str(who), "--sheet")
    assert ended.code == 2 and "add --plan" in ended.err
