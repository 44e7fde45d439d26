"""Words that nobody understood are named on every surface; everyday words are heard; harms are personal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.properties.doubt import engines
from tests.spec.faults.command import run, written

ALL = ("conditions", "medications", "procedures", "devices", "allergies", "observations")


@pytest.mark.parametrize("words", ["apixiban", "rivaroxiban", "enoxaparine", "blood thinner", "warfrin"])
@pytest.mark.parametrize("complete", [(), ("medications", "conditions"), ALL], ids=len)
def test_a_near_miss_never_clears(words: str, complete: tuple[str, ...]) -> None:
    document = {"sex": "female", "born": 1961, "medications": [words], "conditions": [], "complete": list(complete)}
    found = engines.judge(engines.person_of_file(document))
    assert found.states["anticoagulant-any"] in {"yes", "unknown"}
    assert found.candidacy not in {"candidate", "with-changes"}


def test_harmless_and_misspelt_do_not_look_alike() -> None:
    document = {"sex": "female", "born": 1961, "medications": ["metformin"], "conditions": [], "complete": list(ALL)}
    assert engines.judge(engines.person_of_file(document)).states["anticoagulant-any"] == "no"


SURFACES = {
    "text": ("assess", "--person", "{person}", "--answers", "{answers}"),
    "json": ("assess", "--person", "{person}", "--answers", "{answers}", "--json"),
    "report": ("report", "--condition", "neuropathy", "--person", "{person}"),
    "report-html": ("report", "--condition", "neuropathy", "--person", "{person}", "--format", "html"),
    "sheet": ("assess", "--person", "{person}", "--plan", "{plan}", "--answers", "{answers}"),
}
PLAN = "needlings: [{point: SP10, side: left, depth_mm: 10, angle: perpendicular}]\n"


@pytest.mark.parametrize("surface", SURFACES)
def test_did_you_mean_stands_on_every_surface(surface: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "sex: female\nborn: 1961\nmedications: [apixiban, xyloquanine]\ncomplete: [medications]\n"
    places = {
        "person": written(tmp_path, "p.yaml", text),
        "plan": written(tmp_path, "plan.yaml", PLAN),
        "answers": written(tmp_path, "answers.yaml", "date: 2026-11-24\nanswers: {diabetes: no}\n"),
    }
    code, out, err = run(capsys, *(word.format(**places) for word in SURFACES[surface]))
    assert code == 0, err
    assert "apixaban" in out
    assert "xyloquanine" in out


@pytest.mark.parametrize(
    ("kind", "words", "rule"),
    [
        ("devices", "ICD", "icd-ea"),
        ("devices", "AICD", "icd-ea"),
        ("devices", "PPM", "pacemaker-ea"),
        ("devices", "defibrillator", "icd-ea"),
        ("conditions", "giant cell arteritis", "vasculitis-stable"),
        ("conditions", "rheumatic valve disease", "valve-indwelling"),
        ("conditions", "mitral valve prolapse", "valve-indwelling"),
        ("conditions", "chronic bronchitis", "lung-hyperinflation"),
        ("conditions", "bullae", "lung-hyperinflation"),
        ("procedures", "axillary lymph node dissection", "node-dissection-limb"),
        ("procedures", "mastectomy", "node-dissection-limb"),
        ("conditions", "DVT", "dvt-limb"),
        ("conditions", "chemotherapy-induced neuropathy", "insensate-limb-heat-current"),
    ],
)
def test_everyday_words_are_heard(kind: str, words: str, rule: str) -> None:
    document = {"sex": "female", "born": 1961, kind: [words], "complete": list(ALL)}
    assert engines.judge(engines.person_of_file(document)).states[rule] in {"yes", "unknown"}


@pytest.mark.parametrize("words", ["lymphedema left arm", "left arm lymphoedema", "lymphedema of the left upper arm"])
def test_the_limb_that_was_named_is_left_out(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = written(tmp_path, "p.yaml", f"sex: female\nborn: 1970\nconditions: [{words}]\n")
    plan = (
        "needlings:\n- {point: LI11, side: left, depth_mm: 10, angle: perpendicular}\n"
        "- {point: ST36, side: left, depth_mm: 10, angle: perpendicular}\n"
        "- {point: LI11, side: right, depth_mm: 10, angle: perpendicular}\n"
    )
    found = engines.judge(engines.person_of_file({"sex": "female", "born": 1970, "conditions": [words]}), plan=plan)
    assert Path(person).exists() and not capsys.readouterr().err
    assert found.states["lymphoedema-limb"] == "yes"
    assert found.needlings["LI11 left"] == "omit"
    assert found.needlings["ST36 left"] != "omit"
    assert found.needlings["LI11 right"] != "omit"


@pytest.mark.parametrize("condition", ["breast cancer", "prostate cancer", "skin cancer", "leukaemia"])
def test_lung_cancer_raises_no_risk_of_other_cancers(
    condition: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = written(tmp_path, "p.yaml", f"sex: female\nage: 54\nconditions: [{condition}]\n")
    code, out, _ = run(capsys, "report", "--condition", "neuropathy", "--person", person)
    assert code == 0
    assert "lung cancer" not in out.lower()


def test_what_is_withheld_is_named_beside_its_sibling(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = written(tmp_path, "p.yaml", "sex: female\nage: 67\nmedications: [apixaban]\nconditions: [diabetes]\n")
    code, out, _ = run(capsys, "report", "--condition", "neuropathy", "--person", person, "--full")
    assert code == 0
    assert "3.07" in out or "withheld" in out.lower()
    assert "raise" not in "".join(line for line in out.splitlines() if "0.8 to 1.8" in line)


def test_a_near_miss_that_an_answer_denies_is_still_named() -> None:
    document = {"sex": "male", "born": 1961, "medications": ["warfrin"], "answers": {"blood-thinning-medicine": "no"}}
    person = engines.person_of_file(document)
    assert engines.judge(person).states["anticoagulant-any"] == "no"
    assert "warfrin" in engines.unclear(person)
