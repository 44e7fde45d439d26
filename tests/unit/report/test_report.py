"""The rules of the report: what is said, to whom, and what never is."""

from __future__ import annotations

import datetime as dt
import json
import re

import jsonschema
import pytest

from deqi.errors import InputError
from deqi.evidence.effects import leaning
from deqi.knowledge import Knowledge
from deqi.people.read import read_chart
from deqi.report.assemble import assemble
from deqi.report.blocks import Page, Section, every_say, every_section
from deqi.report.markdown import as_markdown
from deqi.report.personal import personal_part
from deqi.report.schema import PUBLISHED, report_schema, schema_text
from deqi.report.surfaces import as_json, complete, page_of, render
from deqi.report.text import as_text
from deqi.report.topics import topic_of
from deqi.safety.findings import assess
from deqi.safety.rules.catalog import build_catalog
from tests.support.reports import AS_OF, TOPICS, page_on, report_on

FIRST_SCREEN = 24


def sections(page: Page) -> dict[str, Section]:
    return {section.id: section for section in every_section(page.sections)}


def words(section: Section, *, card_only: bool = True) -> str:
    return "\n".join(f"{say.strong} {say.text}" for say in every_say(section, card_only=card_only))


@pytest.mark.parametrize("topic", TOPICS)
def test_text_fits_eighty_columns_and_answers_on_the_first_screen(topic: str) -> None:
    text = as_text(page_on(topic), 80)
    lines = text.splitlines()
    address = re.compile(r"https?://\S{60,}")
    assert all(len(line) <= 80 or address.search(line) for line in lines)
    first = "\n".join(lines[:FIRST_SCREEN])
    assert "IN SHORT" in first and "As of 2026-11-24" in first and report_on(topic).edition in first
    words_ = " ".join(first.split())
    assert "hope alone can help" in words_ or "have a side effect" in words_ or report_on(topic).evidence is None


def test_trace_leads_from_a_number_to_its_rows() -> None:
    text = " ".join(as_text(page_on("diabetic"), 80, trace=True).split())
    assert "{harm:H001, harm:H002}" in text
    assert re.search(r"harm:H002 .{0,80}witt2009", text)
    assert "contrast:" in text and "value:" in text
    assert "{harm:" not in as_text(page_on("diabetic"), 80)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_all_the_parts(topic: str) -> None:
    have = set(sections(page_on(topic)))
    assert {
        "in-short", "what-it-is", "benefits", "harms", "how-sure", "what-else", "who-should-not",
        "practical", "not-known", "claims", "rows", "sources",
    } <= have  # fmt: skip


def test_no_page_leads_with_counts_of_trials_or_statistics() -> None:
    """Counts of trials are read as chances; a patient meets people, points and ranges."""
    for topic in TOPICS:
        for section in every_section(page_on(topic).sections):
            if section.id.startswith(("in-short", "benefits", "harms", "how-sure")):
                text = words(section)
                assert not re.search(r"\d+ of \d+ (trial )?results", text), section.id
                assert not re.search(r"\b(SMD|SNCV|MNCV|MD|RR|OR)\b|\b[OHP]\d{2,3}\b|[a-z]+_[a-z]+", text), text


def test_two_trials_are_both_shown_and_make_no_pool() -> None:
    found = 0
    for topic in TOPICS:
        evidence = report_on(topic).evidence
        for cell in evidence.cells if evidence else ():
            if not cell.syntheses:
                continue
            section = sections(page_on(topic))[f"benefits-{cell.group.replace('_', '-')}"]
            for one in cell.syntheses:
                if len(one.effects) == 2:
                    found += 1
                    assert one.estimate is None and one.absolute is None and len(one.benefits) == 2
                    assert "Two trials give numbers" in words(section, card_only=False)
    assert found


def test_broad_pools_show_conditions_and_their_test() -> None:
    report = report_on("neuropathy")
    assert report.evidence is not None
    pools = [one for cell in report.evidence.cells for one in cell.syntheses if one.estimate]
    assert pools
    for one in pools:
        assert one.subgroups is not None and one.estimate is not None
        assert sum(level.k for level in one.subgroups.levels) == one.estimate.k
        assert all((level.value is None) == (level.k < 3) for level in one.subgroups.levels)
        assert one.subgroups.p is not None and 0 <= one.subgroups.p <= 1
    drug = sections(page_on("neuropathy"))["benefits-drug-or-vitamin"]
    assert "Do the conditions differ?" in words(drug, card_only=False)


def test_a_companion_report_is_shown_and_not_counted() -> None:
    report = report_on("diabetic")
    assert report.evidence is not None
    cell = next(one for one in report.evidence.cells if one.group == "no_needling")
    assert "hoerder2023" in {one.trial for one in cell.companions}
    assert "hoerder2023" not in {one.trial for one in cell.treatment}
    assert "Hoerder 2023" in words(sections(page_on("diabetic"))["benefits-no-needling"], card_only=False)


def test_the_side_of_a_result_does_not_hang_on_the_direction_of_its_scale() -> None:
    """Rostock counts improvement (more is better), Lu counts pain (less is better); both differences are negative."""
    report = report_on("chemotherapy-induced")
    assert report.evidence is not None
    effects = {
        (one.trial.trial, synthesis.measured.plain_name): one
        for cell in report.evidence.cells
        for synthesis in cell.syntheses
        for one in synthesis.effects
    }
    rostock, lu = effects["rostock2013", "nerve symptoms"], effects["lu2020", "pain"]
    assert rostock.natural < 0 and leaning(rostock) == "control"
    assert lu.natural < 0 and leaning(lu) == "acupuncture"
    assert leaning(effects["stringer2022", "people who scored their main problem 2 points better"]) == "acupuncture"


def test_prevention_and_negative_trials_stand_in_plain_view() -> None:
    have = sections(page_on("chemotherapy-induced"))
    assert "Greenlee 2016 (63)" in words(have["benefits-prevention"])
    assert "favours the control" in words(have["benefits-prevention"])
    assert "not available to us: 7" in words(have["benefits-drug-or-vitamin"])
    assert "could be a gain, none, or a loss" in words(have["benefits-placebo"])


def test_studies_that_compare_nothing_are_listed_apart() -> None:
    have = sections(page_on("chemotherapy-induced"))
    assert "Garcia 2014" in words(have["benefits-other"], card_only=False)
    assert not any("Garcia 2014" in words(one) for one in have.values() if one.id != "benefits-other")


def test_benefits_are_said_not_to_be_personal() -> None:
    assert "No evidence allows a number for one person" in words(sections(page_on("diabetic"))["benefits"])


def test_rates_that_cannot_be_compared_say_so() -> None:
    harms = sections(page_on("neuropathy"))["harms"]
    text = words(harms, card_only=False)
    assert "not comparable" in text and "× sessions" in text


def test_a_longer_course_multiplies_only_rare_rates_of_treatments(knowledge: Knowledge) -> None:
    topic = topic_of(knowledge, "diabetic")
    ten, twenty = (assemble(knowledge, topic, AS_OF, sessions=count).harms.lines for count in (10, 20))
    factors = {
        line.course.basis: round(more.course.per_100 / line.course.per_100, 6)
        for line, more in zip(ten, twenty, strict=True)
        if line.course.per_100 > 0
    }
    assert factors == {"per-person": 1.0, "treatment-times-sessions": 2.0}


def test_unverified_numbers_are_not_shown() -> None:
    report = report_on("neuropathy")
    assert report.evidence is not None
    assert all(one.pool.verified != "no" for cell in report.evidence.cells for one in cell.published)
    assert all(one.row.verified != "no" for line in report.harms.lines for one in line.rate.counts)


def test_defaults_are_labelled() -> None:
    text = words(sections(page_on("neuropathy"))["who-should-not"], card_only=False)
    assert "default, not clinician-reviewed" in text


@pytest.mark.parametrize(
    ("written", "topic"),
    [("back", "back pain"), ("Joint pain", "joint pain"), ("chemotherapy-induced", "cipn"), ("tics", None),
     ("headache", "headache"), ("muscle-stiffness", "muscle stiffness"), ("", None), ("pain", None)],
)  # fmt: skip
def test_topics_by_name(knowledge: Knowledge, written: str, topic: str | None) -> None:
    if topic is None:
        with pytest.raises(InputError, match="write one of neuropathy, chemotherapy-induced"):
            topic_of(knowledge, written)
    else:
        assert topic_of(knowledge, written).id == topic


def test_the_published_schema_is_the_model_and_reports_fit_it() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    validator = jsonschema.Draft202012Validator(report_schema())
    for topic in ("neuropathy", "hiv", "constipation"):
        document = json.loads(as_json(report_on(topic)))
        assert list(validator.iter_errors(document)) == []
        document["harms"]["sessions"] = "ten"
        assert list(validator.iter_errors(document))


def test_markdown_has_every_depth() -> None:
    text = as_markdown(page_on("diabetic"))
    assert text.startswith("# Acupuncture for diabetic peripheral neuropathy")
    assert "| Trial | Condition | Against |" in text and "`harm:H001, harm:H002`" in text
    rows = [line for line in text.splitlines() if line.startswith("| Trial |")]
    assert rows


def test_the_personal_part(knowledge: Knowledge) -> None:
    catalog = build_catalog(knowledge)
    written = (
        b"sex: male\nborn: 1961-04\nconditions: [type 2 diabetes]\nmedications: [warfarin]\n"
        b"answers: {numb-or-neuropathy: yes}\n"
    )
    (person,) = read_chart([written], index=catalog.index, name="person.yaml").persons
    part = personal_part(assess(catalog, person, AS_OF), catalog, person, knowledge)
    report = complete(assemble(knowledge, topic_of(knowledge, "diabetic"), AS_OF, personal=part), knowledge)
    page = page_of(report, knowledge)
    section = sections(page)["for-this-person"]
    text = words(section)
    assert page.sections[1].id == "for-this-person"
    assert "diabetes mellitus" in text and "1.7 times as likely" in text
    assert "No evidence allows a number for one person" in text
    assert part.questions and part.candidacy in ("ask-first", "with-changes", "sign-off")
    assert {one.factor for one in part.modifiers} == {"diabetes mellitus", "male sex", "any anticoagulant"}
    errors = jsonschema.Draft202012Validator(report_schema()).iter_errors(json.loads(as_json(report)))
    assert list(errors) == []
    assert "FOR THIS PERSON" in render(report, knowledge, "text", 80)


def test_nothing_reads_the_clock(knowledge: Knowledge) -> None:
    later = assemble(knowledge, topic_of(knowledge, "hiv"), dt.date(2031, 5, 6))
    page = page_of(complete(later, knowledge), knowledge)
    assert "2031-05-06" in page.dated
    assert as_text(page).replace("2031-05-06", "2026-11-24") == as_text(page_on("hiv"))


@pytest.mark.parametrize("topic", TOPICS)
def test_no_number_is_said_twice(topic: str) -> None:
    """A sentence with a number stands in one section; the answer at the top may say it before."""
    where: dict[str, set[str]] = {}
    for section in every_section(page_on(topic).sections):
        if section.id not in ("in-short", "rows", "sources"):
            for say in every_say(section):
                if say.refs and len(say.text) >= 60 and re.search(r"\d", say.text):
                    where.setdefault(say.text, set()).add(section.id)
    twice = {text: found for text, found in where.items() if len(found) > 1}
    assert twice == {}


def test_the_reader_order() -> None:
    order = [one.id for one in page_on("diabetic").sections]
    wanted = ["in-short", "benefits", "harms", "who-should-not", "what-else", "practical", "how-sure", "not-known",
              "what-it-is", "other-uses", "claims", "rows", "sources"]  # fmt: skip
    assert order == wanted
