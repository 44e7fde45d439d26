"""`deqi pool` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deqi.cli.pool import pool
from deqi.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples"
app = typer.Typer()
app.command()(pool)


def run(*arguments: object, data: bytes | None = None) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=data, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_text_says_columns_measure_and_method() -> None:
    out = run(EXAMPLES / "bcg.csv")
    assert "risk ratio (RR) from events_t, total_t, events_c, total_c; method REML" in " ".join(out.split())
    assert "0.4894 (0.3301 to 0.7257)" in out and "I2 92 %" in out


def test_json_of_standard_input() -> None:
    out = json.loads(run("-", "--json", "--level", "90", data=b"study,yi,vi\nA,1,1\nB,2,1\n"))
    assert out["k"] == 2 and out["estimate"] == pytest.approx(1.5)


def test_figures_subgroups_and_moderators(tmp_path: Path) -> None:
    out = run(
        EXAMPLES / "bcg.csv",
        *("--by", "Allocation", "--moderators", "latitude"),
        *("--forest", tmp_path / "f.svg", "--funnel", tmp_path / "u.svg"),
    )
    assert "Between allocation" in out and "latitude: -0.0" in out
    forest = (tmp_path / "f.svg").read_text()
    assert forest.lstrip().startswith("<svg") and "Comstock" in forest and "random (k = 7)" in forest
    assert "<svg" in (tmp_path / "u.svg").read_text()


def test_a_proportion_is_not_tested_against_one_half() -> None:
    assert "Pooled (k = 18): 0.8065 % (0.3826 % to 1.692 %); 95 % interval, test t." in " ".join(
        run(EXAMPLES / "catheter_infections.csv", "--method", "glmm").split()
    )


def test_figures_that_cannot_be_written_or_drawn(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        run(EXAMPLES / "bcg.csv", "--forest", tmp_path / "none" / "f.svg")
    with pytest.raises(InputError, match="no study has an event, 0 of 30 in all"):
        figures = ("--forest", tmp_path / "f.svg", "--funnel", tmp_path / "u.svg")
        run("-", "--method", "GLMM", *figures, data=b"events,total\n0,10\n0,20\n")
    assert not list(tmp_path.iterdir())  # nothing half-written


def test_a_study_name_is_text_in_a_figure(tmp_path: Path) -> None:
    run("-", "--forest", tmp_path / "f.svg", data=b"study,yi,vi\n<script>x</script> & co,1,1\nB,2,1\n")
    drawing = (tmp_path / "f.svg").read_text()
    assert "<script" not in drawing and "&lt;script&gt;" in drawing
