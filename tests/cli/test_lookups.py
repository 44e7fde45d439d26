"""points, evidence, claims, sources, knowledge: for people and with --json."""

import shutil
from pathlib import Path

import pytest

from deqi.knowledge.store import DATA
from tests.cli.run import run

Capture = pytest.CaptureFixture[str]


def test_a_point_by_another_code(capsys: Capture) -> None:
    ran = run(capsys, "points", "UB40", "--json")
    assert ran.code == 0
    [card] = ran.json["points"]
    assert card["code"] == "BL40"
    assert card["hazards"]
    assert "default, not clinician-reviewed" in card["hazards"][0]["cap_label"]


def test_an_ambiguous_name_is_the_users_error(capsys: Capture) -> None:
    ran = run(capsys, "points", "Futu")
    assert ran.code == 2
    assert ran.err == "deqi: 'Futu' may mean LI18 (Futu), ST32 (Futu); write the code you mean.\n"
    assert ran.out == ""


def test_points_near_a_nerve(capsys: Capture) -> None:
    assert "ST36" in run(capsys, "points", "--near", "peroneal").out
    assert run(capsys, "points", "--near", "funny bone").code == 2


def test_the_pilot_of_2007(capsys: Capture) -> None:
    """Schroeder 2007: 16, 3, 2 of 21 against 4, 7, 15 of 26; not randomised."""
    ran = run(capsys, "evidence", "schroeder2007", "--json")
    trial = ran.json["trial"]
    assert trial["trial"]["randomised"] == "no"
    [table] = trial["tables"]
    assert (table["acupuncture"], table["control"]) == ([16, 3, 2], [4, 7, 15])
    improved = trial["binary"][0]
    assert improved["risk_ratio"] == pytest.approx(4.952, abs=5e-4)
    assert improved["rr_low"] == pytest.approx(1.949, abs=5e-4)
    assert improved["rr_high"] == pytest.approx(12.585, abs=5e-4)
    assert improved["fisher_p"] < 0.001


def test_the_pilot_says_that_it_was_not_randomised(capsys: Capture) -> None:
    text = run(capsys, "evidence", "schroeder2007").out
    assert "This study was not randomised" in text
    assert "4.95 (1.95 to 12.58)" in text
    assert "number needed" in text


def test_evidence_can_be_filtered(capsys: Capture) -> None:
    trials = run(capsys, "evidence", "--condition", "hiv", "--comparator", "sham", "--json").json["trials"]
    assert {"shlay1998"} <= {one["trial"] for one in trials}
    assert {one["comparator"] for one in trials} == {"sham"}
    against = run(capsys, "evidence", "--direction", "favours_control", "--json").json["trials"]
    assert "greenlee2016" in {one["trial"] for one in against}


@pytest.mark.parametrize(
    "words",
    [
        ("evidence", "nobody1900"),
        ("evidence", "--condition", "gout"),
        ("evidence", "--comparator", "luck"),
        ("claims", "no-such-claim"),
        ("sources", "nobody1900"),
        ("points", "ST99"),
        ("report", "--condition", "gout"),
        ("report", "--as-of", "yesterday"),
        ("knowledge", "diff", "/nowhere"),
    ],
)
def test_what_is_not_known_is_one_sentence_and_exit_2(capsys: Capture, words: tuple[str, ...]) -> None:
    ran = run(capsys, *words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("deqi: ")
    assert ran.err.count("\n") == 1


def test_claims_carry_verdicts_and_rows(capsys: Capture) -> None:
    claims = run(capsys, "claims", "--json").json["claims"]
    assert len(claims) >= 20
    assert {one["verdict"] for one in claims} >= {"too-rosy", "not-shown", "partly"}
    text = run(capsys, "claims", claims[0]["claim"]).out
    assert claims[0]["says_instead"][:30] in " ".join(text.split()) and "Rows:" in text
    page = run(capsys, "claims", "--format", "html").out
    assert page.startswith("<!DOCTYPE html>") and page.count("“") == len(claims)


def test_a_source_names_the_rows_that_rest_on_it(capsys: Capture) -> None:
    found = run(capsys, "sources", "witt2009", "--json").json
    assert found["source"]["doi"] == "10.1159/000209315"
    assert "H001" in found["cited_by"]["harm_rows"]


def test_knowledge_check_is_clean_and_fails_on_a_fault(capsys: Capture, tmp_path: Path) -> None:
    assert run(capsys, "knowledge", "check").code == 0
    spoiled = Path(shutil.copytree(DATA, tmp_path / "data"))
    (spoiled / "claims.csv").unlink()
    ran = run(capsys, "knowledge", "check", "--folder", str(spoiled), "--json")
    assert ran.code == 1
    assert any("missing" in fault["problem"] for fault in ran.json["faults"])


def test_gaps_name_every_trial_without_numbers(capsys: Capture) -> None:
    gaps = {gap["title"]: gap for gap in run(capsys, "knowledge", "gaps", "--json").json["gaps"]}
    missing = gaps["Trials without a usable number"]
    assert missing["count"] == len(missing["rows"]) > 30
    assert all(": " in row and row.split(": ", 1)[1] for row in missing["rows"])


def test_diff_names_the_cell_that_changed(capsys: Capture, tmp_path: Path) -> None:
    old = Path(shutil.copytree(DATA, tmp_path / "old"))
    path = old / "edition.yaml"
    assert run(capsys, "knowledge", "diff", str(old), "--json").json["changes"] == []
    table = old / "hazards.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("st36,ST36", "st36,ST37", 1), encoding="utf-8")
    [change] = run(capsys, "knowledge", "diff", str(old), "--json").json["changes"]
    assert (change["table"], change["key"], change["cells"]) == ("hazards", "st36", {"point": ["ST37", "ST36"]})
    assert path.is_file()


def test_the_sign_off_sheet_lists_every_house_limit(capsys: Capture) -> None:
    sheet = run(capsys, "knowledge", "sign-off").out
    assert sheet.count("agree / change to") > 200
    assert "| ST36 |" in sheet


@pytest.mark.parametrize(
    "words",
    [
        ("points", "ST36"),
        ("evidence", "schroeder2007"),
        ("claims",),
        ("sources", "witt2009"),
        ("explain", "value:O001", "--as-of", "2026-11-24"),
        ("assess", "--person", "examples/person.yaml", "--as-of", "2026-11-24"),
        ("pool", "examples/bcg.csv"),
    ],
    ids=lambda words: words[0],
)
def test_a_page_is_written_in_every_format(capsys: Capture, words: tuple[str, ...]) -> None:
    text = run(capsys, *words)
    assert (text.code, text.out) == (0, run(capsys, *words, "--format", "text").out)
    assert run(capsys, *words, "--format", "json").json == run(capsys, *words, "--json").json
    html, md = (run(capsys, *words, "--format", one).out for one in ("html", "md"))
    assert html.casefold().startswith("<!doctype html>")
    assert "<" not in md.splitlines()[0] and md not in (text.out, html)
