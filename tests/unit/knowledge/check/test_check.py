"""Every kind of fault, seeded into a copy of the shipped knowledge, is found; the shipped knowledge has none."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from deqi.knowledge.check import check_all
from deqi.knowledge.check.words import STOP_A_MEDICINE
from deqi.knowledge.store import DATA
from tests.support.spoil import Spoil


def faults(folder: Path) -> list[str]:
    return [f"{fault.place}: {fault.problem}" for fault in check_all(folder).faults]


def found(folder: Path, pattern: str) -> bool:
    return any(re.search(pattern, line) for line in faults(folder))


def test_the_shipped_knowledge_has_no_fault() -> None:
    report = check_all(DATA)
    assert report.faults == ()
    assert report.edition
    assert report.rows["points"] > 380


@pytest.mark.parametrize(
    ("table", "where", "cells", "pattern"),
    [
        ("trials", {}, {"randomised": "perhaps"}, r"trials.csv, line 2, column randomised"),
        ("trials", {}, {"year": "soon"}, r"trials.csv, line 2, column year"),
        ("hazards", {}, {"anticoagulant_avoid": "true"}, r"column anticoagulant_avoid: expected yes or no"),
        ("hazards", {}, {"point": "LU99"}, r"'LU99' is not in points.code"),
        ("trials", {}, {"source": "nobody1999"}, r"'nobody1999' is not in sources.source"),
        ("region_points", {"point": "ST36"}, {"region": "moon"}, r"'moon' is not in regions.region"),
        ("points", {"code": "LU2"}, {"code": "LU1"}, r"the key LU1 stands 2 times"),
        ("outcome_contrasts", {"contrast": "O038"}, {"ci_low": "99"}, r"ci_low 99 is above"),
        ("outcome_values", {"value": "O001"}, {"events": "22"}, r"events 22 is above total 21"),
        ("outcome_values", {"value": "O012"}, {"sd": "-1"}, r"sd -1 is negative"),
        (
            "trial_comparisons",
            {"trial": "meyerhamme2021"},
            {"blinded": "yes"},
            r"people can tell a needle from what is no needle",
        ),
        ("trial_comparisons", {"trial": "penza2011"}, {"sham": "none"}, r"a dummy has a kind of sham"),
        ("trial_comparisons", {"trial": "penza2011"}, {"trial": "shlay1998"}, r"must name the same"),
        (
            "trial_comparisons",
            {"trial": "juan2019"},
            {"technique": "needle"},
            r"does not go with purpose",
        ),
        (
            "outcome_definitions",
            {"outcome": "xu2010-effective"},
            {"outcome": "penza2011-pain-vas-w6"},
            r"needs its kind",
        ),
        ("outcome_contrasts", {"contrast": "O107"}, {"score": ""}, r"says of what it is"),
        ("published_pools", {"pool": "P28"}, {"comparator": "no_acupuncture"}, r"is not in comparators"),
        ("published_pool_notes", {"pool": "P28"}, {"better": ""}, r"needs the side on which people do well"),
        ("event_parts", {"whole": "serious_ae"}, {"part": "any_ae"}, r"is part of itself"),
        ("harm_rows", {"harm": "H001"}, {"events": "999999"}, r"999999 patients_with_event of 229230"),
        ("harm_rows", {"harm": "H001"}, {"rate_reported": "9.9"}, r"printed 9.9 %, the counts give 8.605 %"),
        ("harm_uses", {"known_error": ""}, {"known_error": "misprint"}, r"known_error and correction go together"),
        ("hazards", {"hazard": "st36"}, {"cap_mm": "90"}, r"cap 90 mm is above the lowest textbook maximum"),
        ("settings", {}, {"default_value": "1000000"}, r"outside its own range"),
        ("observations", {"observation": "platelet-count"}, {"unit": "furlong"}, r"the unit furlong is not in units"),
        ("sources", {"source": "witt2009"}, {"doi": "doi:10.1/x"}, r"is not a DOI"),
        ("sources", {"source": "witt2009"}, {"pmid": "PM12"}, r"is not a PMID"),
        ("sources", {"source": "witt2009"}, {"url": "https://quizlet.com/1"}, r"flash-card page"),
        ("trials", {}, {"source": ""}, r"verified yes without a source"),
        ("trials", {}, {"review_by": "2001-01-01"}, r"review_by 2001-01-01 is before reviewed_on"),
        ("questions", {"type": "number"}, {"unit": ""}, r"a number needs a unit"),
        ("questions", {"type": "choice"}, {"answers": "one"}, r"a choice needs at least two answers"),
        (
            "question_days",
            {"question": "takes-p2y12"},
            {"question": "pregnant"},
            r"takes-p2y12: has no row in question_days",
        ),
        (
            "set_kinds",
            {"set": "rheumatoid-arthritis"},
            {"set": "diabetes"},
            r"rheumatoid-arthritis: has no row in set_kinds",
        ),
        ("questions", {}, {"applies_if": "answer:nothing=yes"}, r"unknown question nothing"),
        ("questions", {}, {"plain": "Please stop your warfarin first."}, r"tells somebody to leave a medicine"),
        ("claims", {}, {"rows": "trial:nobody"}, r"'trial:nobody' is not in trials"),
        ("claims", {"verdict": "supported"}, {"rows": ""}, r"is called supported without a row"),
        ("codes", {"system": "rxnorm"}, {"set": "nowhere"}, r"'nowhere' is not in code_sets.set"),
        ("drug_products", {}, {"ingredient": "1"}, r"its ingredient 1 is in no code set"),
    ],
)
def test_a_seeded_fault_is_found(
    spoil: Spoil, table: str, where: Mapping[str, str], cells: Mapping[str, str], pattern: str
) -> None:
    assert found(spoil(table, where, cells), pattern)


@pytest.mark.parametrize(
    ("before", "after", "pattern"),
    [
        ("set: anticoagulant,", "set: nonsense,", r"unknown code set nonsense"),
        ("leaf: medication", "leaf: medicine", r"the trigger cannot be read"),
        ("ask: takes-anticoagulant", "ask: no-such-question", r"unknown question no-such-question"),
        ("@inr-high", "@inr-nowhere", r"unknown setting @inr-nowhere"),
        ("techniques: [deep-needling", "techniques: [juggling", r"unknown technique juggling"),
        ('unit: "{INR}"', 'unit: "furlong"', r"unknown unit furlong"),
        ("observation: inr,", "observation: luck,", r"unknown observation luck"),
        ("severity: caution", "severity: information", r"is information and yet restricts something"),
        ("- id: anticoagulant-over-range", "- id: anticoagulant-any", r"the id anticoagulant-any stands 2 times"),
        ("source: [bacc2016,", "source: [nobody1999,", r"cites the unknown source nobody1999"),
        ("keep taking your medicine as", "stop taking your warfarin as", r"tells somebody to leave a medicine"),
        ("severity: caution", "severity: dreadful", r"rules: cannot be read"),
    ],
)
def test_a_fault_in_a_rule_is_found(copy: Path, before: str, after: str, pattern: str) -> None:
    path = copy / "rules" / "bleeding.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert found(copy, pattern)


def test_an_unverified_hazard_may_not_bar_everything(copy: Path) -> None:
    path = copy / "rules" / "red-flags.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index("verified:", text.index("id: cauda-equina-or-cord"))
    end = text.index("\n", place)
    path.write_text(text[:place] + 'verified: "no"' + text[end:], encoding="utf-8")
    assert found(copy, r"cauda-equina-or-cord: bars everything on an unverified hazard alone")


def test_a_rule_that_no_question_can_clear_is_found(copy: Path) -> None:
    path = copy / "rules" / "bleeding.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index(", ask: inr-latest, gate: blood-thinning-medicine")
    cut = text[:place] + text[place:].replace(", ask: inr-latest, gate: blood-thinning-medicine", "", 1)
    path.write_text(cut, encoding="utf-8")
    assert found(copy, r"anticoagulant-over-range: blocks the candidacy through a leaf that no question can clear")


def test_two_rules_that_replace_each_other_are_found(copy: Path) -> None:
    path = copy / "rules" / "red-flags.yaml"
    text = path.read_text(encoding="utf-8")
    assert "superseded_by: [fever-low-defences]" in text
    place = text.index("severity:", text.index("id: fever-low-defences"))
    path.write_text(text[:place] + "superseded_by: [fever-unexplained]\n    " + text[place:], encoding="utf-8")
    assert found(copy, r"is superseded by itself")


def test_a_set_that_can_only_answer_no_is_found(copy: Path) -> None:
    path = copy / "codes.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("pregnancy,snomed,")), encoding="utf-8")
    assert found(copy, r"code_sets.csv, pregnancy: holds no snomed code")


def test_a_missing_file_an_unknown_file_and_a_ragged_row_are_found(copy: Path) -> None:
    (copy / "stricta.csv").unlink()
    (copy / "extra.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with (copy / "trials.csv").open("a", encoding="utf-8") as handle:
        handle.write("one,two\n")
    lines = faults(copy)
    assert any("stricta.csv: the file is missing" in line for line in lines)
    assert any("extra.csv: no schema for this file" in line for line in lines)
    assert any("2 cells under" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "advises"),
    [
        ("Stop taking your warfarin two days before.", True),
        ("You may skip a dose of insulin.", True),
        ("Pause the pump.", True),
        ("Never stop your medicine for acupuncture.", False),
        ("Do not stop any medicine.", False),
        ("Keep taking your medicine as usual.", False),
    ],
)
def test_advice_to_leave_a_medicine_is_recognised(text: str, advises: bool) -> None:
    assert bool(STOP_A_MEDICINE.search(text)) == advises
