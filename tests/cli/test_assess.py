"""``deqi assess`` and ``deqi cases run`` as a user calls them."""

import io
import json
from pathlib import Path

import jsonschema
import pytest

from deqi.cli import assess_ask
from deqi.people.files.answers import read_answers
from deqi.safety.schemas import schema
from tests.cli.run import run

DAY = ("--as-of", "2026-11-24")
PERSON = """
sex: female
born: 1970
conditions: [{name: lymphoedema, side: left}, {name: type 2 diabetes, since: 2010}, {set: thrombocytopenia}]
procedures: [{set: central-line, date: 2026-01}]
devices: [pacemaker]
medications: [{code: rxnorm 11289, since: 2019-03}]
observations: [{code: loinc 777-3, value: 40, unit: "10*3/uL", date: 2026-11-22}]
answers: {emergency-signs-now: "yes"}
"""
WELL = "{sex: male, born: 1960}"


@pytest.fixture
def person(tmp_path: Path) -> str:
    file = tmp_path / "person.yaml"
    file.write_text(PERSON)
    return str(file)


@pytest.fixture
def well(tmp_path: Path) -> str:
    file = tmp_path / "well.yaml"
    file.write_text(WELL)
    return str(file)


def test_json_fits_its_schema(capsys, person: str) -> None:
    ran = run(capsys, "assess", "--person", person, *DAY, "--json")
    assert ran.code == 0
    jsonschema.validate(ran.json, schema("assessment"), format_checker=jsonschema.FormatChecker())
    first = ["as_of", "knowledge", "candidacy", "if_clear", "findings", "questions", "plan", "session", "held"]
    assert list(ran.json) == [*first, "possible", "not_understood", "unreadable", "skipped"]
    assert ran.json["candidacy"] == "not-a-candidate"


def test_json_says_what_decided_and_where_it_was_read(capsys, person: str) -> None:
    findings = {one["rule"]: one for one in run(capsys, "assess", "--person", person, *DAY, "--json").json["findings"]}
    (warfarin,) = findings["anticoagulant-any"]["facts"]
    assert (warfarin["system"], warfarin["code"], warfarin["date"]) == ("rxnorm", "11289", "2019-03")
    assert warfarin["origin"].endswith("person.yaml, medications[0]")
    (count,) = findings["platelets-20-50"]["facts"]
    assert (count["value"], count["unit"], count["date"]) == (40, "10*3/uL", "2026-11-22")
    (told,) = findings["acute-emergency"]["facts"]
    assert (told["kind"], told["code"], told["value"]) == ("answer", "emergency-signs-now", "yes")


def test_words_put_red_flags_first_and_label_what_is_uncertain(capsys, person: str) -> None:
    out = run(capsys, "assess", "--person", person, *DAY).out
    heads = ("Not a candidate", "RED FLAGS", "MUST NOT", "ON THE DAY", "OPEN QUESTIONS")
    places = [out.index(words) for words in heads]
    assert places == sorted(places)
    labels = ("matched by name", "default, not clinician-reviewed", "Sources disagree", "not verified", "left side")
    for words in labels:
        assert words in " ".join(out.split())


def test_a_rule_half_met_says_what_it_waits_for(capsys, tmp_path: Path) -> None:
    file = tmp_path / "person.yaml"
    file.write_text("{sex: male, born: 1960, conditions: [{set: thrombocytopenia}]}")
    words = " ".join(run(capsys, "assess", "--person", str(file), *DAY).out.split())
    part = words[words.index("NOT DECIDED YET") : words.index("ON THE DAY")]
    assert "[low-platelets-count-needed]" in part
    assert "Waits for: platelet-count-latest" in part
    assert "acute-emergency" not in part


def test_elsewhere_than_on_a_terminal_a_form_is_printed(capsys, tmp_path: Path, well: str) -> None:
    out = run(capsys, "assess", "--person", well, *DAY).out
    form = tmp_path / "form.yaml"
    form.write_text(out[out.index("date: 2026-11-24") :])
    given = read_answers(form)
    assert {answer.value for answer in given} == {"unsure"}
    form.write_text(
        form.read_text().replace(": unsure", ': "no"').replace('consent-given: "no"', 'consent-given: "yes"')
    )
    ran = run(capsys, "assess", "--person", well, "--answers", str(form), *DAY, "--json")
    assert ran.json["candidacy"] == ran.json["if_clear"] == "candidate"


@pytest.mark.parametrize(("dated", "told"), [("", True), ("date: 2026-11-24, ", False)])
def test_undated_answers_about_the_day_are_told(capsys, tmp_path: Path, well: str, dated: str, told: bool) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(f"{{{dated}answers: {{fever-today: no, diabetes: no}}}}")
    ran = run(capsys, "assess", "--person", well, "--answers", str(file), *DAY, "--json")
    assert ("bear no date; they are taken as given on 2026-11-24" in ran.err) == told


def test_strict_exits_with_one_on_what_bars(capsys, person: str, well: str) -> None:
    assert run(capsys, "assess", "--person", person, *DAY, "--json", "--strict").code == 1
    assert run(capsys, "assess", "--person", well, *DAY, "--json", "--strict").code == 0


def test_the_clinics_settings_count_and_are_told(capsys, tmp_path: Path, person: str, well: str) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("{settings: {platelets-stop: 45}, complete: [medications]}")
    strict = run(capsys, "assess", "--person", person, *DAY, "--settings", str(settings))
    assert "Set by the clinic: platelets-stop 45 10*3/uL (default 20)." in strict.out
    assert "[platelets-under-20]" in strict.out
    asked = [one["id"] for one in run(capsys, "assess", "--person", well, *DAY, "--json").json["questions"]]
    complete = run(capsys, "assess", "--person", well, *DAY, "--settings", str(settings), "--json").json["questions"]
    assert "clot-busting-medicine-48-hours" not in [one["id"] for one in complete]
    assert len(complete) <= len(asked)


def test_the_organisations_value_sets_are_taken_up(capsys, tmp_path: Path) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    concept = {"system": "http://snomed.info/sct", "code": "999000001"}
    for name in ("lymphoedema", "of-no-use"):
        value_set = {"resourceType": "ValueSet", "name": name, "expansion": {"contains": [concept]}}
        (folder / f"{name}.json").write_text(json.dumps(value_set))
    file = tmp_path / "person.yaml"
    file.write_text("conditions: [{code: snomed 999000001}]")
    plain = run(capsys, "assess", "--person", str(file), *DAY, "--json")
    added = run(capsys, "assess", "--person", str(file), *DAY, "--json", "--value-sets", str(folder))
    assert "lymphoedema-limb" not in [one["rule"] for one in plain.json["findings"]]
    assert "lymphoedema-limb" in [one["rule"] for one in added.json["findings"]]
    assert "of-no-use.json: belongs to no code set" in added.err


def test_explain_shows_every_leaf(capsys, person: str) -> None:
    ran = run(capsys, "assess", "--person", person, *DAY, "--explain", "low-platelets-count-needed")
    words = " ".join(ran.out.split())
    assert words.startswith("* no: all of")
    assert "yes: recorded: set thrombocytopenia" in words
    assert "* no: observation: observation platelet-count, op <, value 20 (@platelets-stop)" in words
    assert "because observation" in words


def test_diff_tells_what_changed(capsys, tmp_path: Path, person: str) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(run(capsys, "assess", "--person", person, *DAY, "--json").out)
    Path(person).write_text(PERSON.replace("value: 40", "value: 70").replace('"yes"', '"no"'))
    changed = run(capsys, "assess", "--person", person, *DAY, "--diff", str(earlier), "--json").json
    assert "platelets-50-100" in changed["new"]
    assert {"platelets-20-50", "acute-emergency"} <= set(changed["gone"])
    assert (changed["candidacy_before"], changed["candidacy_now"]) == ("not-a-candidate", "ask-first")
    same = run(capsys, "assess", "--person", person, *DAY, "--diff", str(earlier)).out
    assert "not-a-candidate -> ask-first" in same


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (("--explain", "no-such-rule"), "no such rule"),
        (("--as-of", "soon"), "not a date"),
        (("--diff", "{person}"), "not an assessment"),
        (("--settings", "{settings}"), "outside 20 to 50"),
        (("--answers", "{answers}"), "no question"),
        (("--plan", "protocol:nothing"), "no such protocol"),
    ],
)
def test_bad_input_is_one_sentence(capsys, tmp_path: Path, person: str, extra: tuple[str, ...], words: str) -> None:
    (tmp_path / "settings.yaml").write_text("settings: {platelets-stop: 5}")
    (tmp_path / "answers.yaml").write_text("answers: {jane-doe: yes}")
    names = {name: str(tmp_path / f"{name}.yaml") for name in ("person", "settings", "answers")}
    ran = run(capsys, "assess", "--person", person, *(word.format(**names) for word in extra))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert "jane" not in ran.err


def test_several_persons_are_refused(capsys, tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": name, "gender": "male"}} for name in ("a", "b")],
    }
    file = tmp_path / "two.json"
    file.write_text(json.dumps(bundle))
    ran = run(capsys, "assess", "--person", str(file), *DAY)
    assert ran.code == 2
    assert "2 persons; --person needs one" in ran.err


def test_a_folder_is_one_chart(capsys, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    chart.mkdir()
    (chart / "patient.json").write_text(json.dumps({"resourceType": "Patient", "id": "a", "gender": "male"}))
    warfarin = {
        "resourceType": "MedicationStatement",
        "id": "m",
        "status": "active",
        "subject": {"reference": "Patient/a"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "11289"}]
        },
    }
    (chart / "medicine.json").write_text(json.dumps(warfarin))
    ran = run(capsys, "assess", "--person", str(chart), *DAY, "--json")
    assert "anticoagulant-any" in [one["rule"] for one in ran.json["findings"]]


def test_on_a_terminal_the_questions_are_asked(capsys, monkeypatch, tmp_path: Path, well: str) -> None:
    """A sitting: a wrong answer, why it is asked, an answer, stop; the answers are kept in a private file."""
    kept = tmp_path / "kept.yaml"
    typed = iter(["perhaps", "?", "no", "stop", str(kept)])
    monkeypatch.setattr(assess_ask.typer, "prompt", lambda *_, **__: next(typed))
    for name in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{name}.isatty", lambda: True, raising=False)
    ran = run(capsys, "assess", "--person", well, *DAY)
    assert ran.code == 0
    assert "Please write yes, no, unsure" in ran.out
    assert "Why: " in ran.out
    (answer,) = read_answers(kept)
    assert answer.value == "no"
    assert kept.stat().st_mode & 0o077 == 0
    assert "--answers" not in ran.out


def test_json_is_never_interrupted_by_questions(capsys, monkeypatch, well: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(capsys, "assess", "--person", well, *DAY, "--json").json["candidacy"] == "ask-first"


def test_cases_run_prints_how_many_agree(capsys, tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    case = "id: made, about: [anticoagulant-any], reason: made for this, author: engine, as_of: 2026-11-24, person: {}"
    file.write_text(f"cases: [{{{case}, expect: {{rules: {{anticoagulant-any: unknown}}}}}}]")
    good = run(capsys, "cases", "run", str(file))
    assert (good.code, good.out.startswith("1/1 cases agree")) == (0, True)
    file.write_text(f"cases: [{{{case}, expect: {{rules: {{anticoagulant-any: 'yes'}}}}}}]")
    bad = run(capsys, "cases", "run", str(file))
    assert bad.code == 1
    assert "expected yes, found unknown" in " ".join(bad.out.split())
    report = run(capsys, "cases", "run", str(file), "--json").json["report"]
    assert (report["cases"], report["agree"]) == (1, 0)


def test_an_item_that_no_rule_can_look_at_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "person.yaml"
    file.write_text("sex: male\nborn: 1950\nconditions: [I89.0, type 2 diabetes]\n", encoding="utf-8")
    text = " ".join(run(capsys, "assess", "--person", str(file), "--as-of", "2026-11-24").out.split())
    assert "no rule looked at it: conditions[0] (I89.0)." in text
    assert "conditions[1] (" not in text


def test_a_death_is_told_only_once_it_has_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chart.json"
    patient = {"resourceType": "Patient", "id": "a", "gender": "male", "birthDate": "1940-01-01"}
    file.write_text(json.dumps(patient | {"deceasedDateTime": "2020-05-05"}), encoding="utf-8")
    assert "has died" not in run(capsys, "assess", "--person", str(file), "--as-of", "2020-05-04").out
    assert "has died" in run(capsys, "assess", "--person", str(file), "--as-of", "2020-05-05").out


def test_a_record_dated_later_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "person.yaml"
    file.write_text("conditions: [{code: icd10cm C50.911, since: 2090}, {code: icd10cm I89.0, since: 2019}]\n")
    text = " ".join(run(capsys, "assess", "--person", str(file), "--as-of", "2026-11-24").out.split())
    assert "conditions[0]: dated after the day of reading (Cancer). Look whether the date is right." in text
