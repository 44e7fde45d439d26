"""What a sentence with a number must name: its people, its comparison, its interval or *seen once*; one denominator a
list; no part above its whole; no time over counts that do not share it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deqi.evidence.benefits import benefit_evidence
from deqi.evidence.harm_lists import EventHarm, event_harms
from deqi.evidence.harms import harm_rate, over_a_course, parts_of
from deqi.evidence.outcomes import Benefit
from deqi.knowledge import Knowledge, load
from deqi.knowledge.tables.harms import HarmRow, HarmSurvey, HarmUse
from deqi.report.blocks import Items, Say, every_section
from deqi.report.phrase import Phrases
from deqi.report.sections.benefits import size_words, trials_named
from deqi.report.sections.benefitwords import benefit_words, doubt, pairs_of_100
from deqi.report.sections.harmwords import harm_words
from tests.support.reports import TOPICS, page_on, report_on

KNOWLEDGE = load()
PHRASES = Phrases(KNOWLEDGE.texts)
CONDITIONS = [name for name in TOPICS if report_on(name).evidence is not None]
RANGE = re.compile(r"from [\d.,]+( better| worse)? to [\d.,]+|from 1 in [\d,]+ to 1 in [\d,]+|\([\d.,]+ to [\d.,]+\)")
PEOPLE = re.compile(r"[\d,]+ (people|courses|treatments|patients)")


def benefits() -> Iterator[tuple[str, Benefit, str]]:
    for topic in CONDITIONS:
        evidence = report_on(topic).evidence
        assert evidence is not None
        names = trials_named(evidence)
        for one in evidence.benefits:
            yield topic, one, benefit_words(one, names, PHRASES)


@pytest.mark.parametrize("topic", CONDITIONS)
def test_a_benefit_names_its_people_its_comparison_its_interval_and_its_side(topic: str) -> None:
    for where, one, words in benefits():
        if where != topic:
            continue
        assert f"{one.people:,} people" in words
        assert RANGE.search(words), words
        assert re.search(r"with [a-z]|which both groups had", words), words
        ends = {"open": "a gain, none, or a loss", "gain": "looks like a gain", "loss": "looks like a loss"}
        assert words.endswith(f"{ends[doubt(one)]}."), words
        if one.measure == "MD":
            assert re.search(r"points (better|worse) with acupuncture", words)
        shares = [int(number) for number in re.findall(r"(\d+) of 100", words)]
        assert all(number <= 100 for number in shares)


@pytest.mark.parametrize("topic", CONDITIONS)
def test_the_word_for_a_comparison_follows_its_intervals(topic: str) -> None:
    evidence = report_on(topic).evidence
    assert evidence is not None
    for cell in evidence.cells:
        words = size_words(cell, PHRASES).text
        found = {doubt(one) for one in cell.benefits}
        assert ("did better" in words) == (found == {"gain"})
        assert ("did worse" in words) == (found == {"loss"})
        if cell.benefits:
            assert f"({cell.people:,} people)" in words
        else:
            assert "We cannot tell" in words and not re.search(r"\d", words)


def harms() -> tuple[EventHarm, ...]:
    return event_harms(KNOWLEDGE)


@pytest.mark.parametrize("harm", harms(), ids=lambda harm: harm.event)
def test_a_harm_names_its_denominator_its_interval_and_who_said_so(harm: EventHarm) -> None:
    words = harm_words(harm, PHRASES)
    first = words.split(". ")[0]
    assert PEOPLE.search(first), words
    if harm.shape == "rate":
        assert RANGE.search(words), words
    elif harm.shape == "once":
        assert words.startswith("seen once in") and "1 in" not in words.split(" and ")[0]
    else:
        assert "still possible" in words
    assert re.search(r"\((said by|from records)", words), words
    assert "harmed" not in words


def test_one_denominator_a_list_and_one_time() -> None:
    for harm in harms():
        for count in harm.counts:
            if harm.listed == "course":
                assert count.survey.window == "course" and count.row.unit in ("patients", "courses")
            elif harm.listed == "one_treatment":
                assert count.survey.window == "one_treatment"
            else:
                assert count.row.unit in ("treatments", "consultations")
                assert count.survey.window != "one_treatment"
        for other in (harm.other,) if harm.other else ():
            assert (other.per == "person") == (harm.listed != "treatments")
    for topic in TOPICS:
        for section in every_section(page_on(topic).sections):
            for block in section.card:
                if isinstance(block, Items) and section.id == "harms" and block.title.startswith("Of "):
                    unit = "treatments" if "treatments, or" in block.title else "(people|courses|patients)"
                    assert all(re.search(unit, say.text) for say in block.items), block.title


def test_no_part_exceeds_its_whole_and_nothing_exceeds_everybody() -> None:
    by = {(harm.listed, harm.event): harm for harm in harms()}
    parts = parts_of(KNOWLEDGE)
    assert "pneumothorax" in parts["other_organ_injury"] and "death" in parts["serious_ae"]
    for whole, inside in parts.items():
        for part in inside:
            for listed in ("course", "one_treatment", "treatments"):
                if (listed, whole) in by and (listed, part) in by and by[listed, whole].shape == "rate":
                    assert by[listed, part].rate <= by[listed, whole].rate
    assert all(0 <= harm.low <= harm.rate <= harm.high <= 1 for harm in harms())


def test_a_zero_in_the_wider_event_is_a_zero_in_the_narrower() -> None:
    death = next(harm for harm in harms() if harm.event == "death")
    pooled = {use.harm for use in KNOWLEDGE.rows(HarmUse) if use.use == "pool"}
    serious = {
        row.survey: row
        for row in KNOWLEDGE.rows(HarmRow)
        if row.event == "serious_ae" and row.events == 0 and row.harm in pooled
    }
    for survey, row in serious.items():
        if row.unit in ("treatments", "consultations"):
            assert survey in {count.row.survey for count in death.counts}, survey
    assert death.shape == "none" and "serious_ae" in death.within


def _rate(counts: list[tuple[float, float]]) -> object:
    survey, row = KNOWLEDGE.rows(HarmSurvey)[0], KNOWLEDGE.rows(HarmRow)[0]
    import msgspec

    from deqi.evidence.harms import SurveyCount

    made = [
        SurveyCount(msgspec.structs.replace(survey, survey=f"s{place}", overlap_group=""), row, events, total, False)
        for place, (events, total) in enumerate(counts)
    ]
    return harm_rate("any_ae", "treatment", "", "practitioner", made)


def test_no_course_of_more_than_everybody() -> None:
    """None seen in 20 treatments allows a rate that ten sessions would turn into 139 of 100 people."""
    rate = _rate([(0, 20)])
    course = over_a_course(rate, 10)  # type: ignore[arg-type]
    assert course.high == 100 and course.per_100 == 0


def test_scattered_single_events_are_imprecise_and_not_inconsistent() -> None:
    rate = _rate([(0, 34407), (0, 31822), (0, 65482), (2, 37490), (0, 23740)])
    domains = {reason.domain for reason in rate.certainty.reasons}  # type: ignore[attr-defined]
    assert "imprecision" in domains and "inconsistency" not in domains
    rate = _rate([(10, 10000), (400, 10000), (15, 10000)])
    assert "inconsistency" in {reason.domain for reason in rate.certainty.reasons}  # type: ignore[attr-defined]


def test_pairs_of_people_are_the_common_language_effect() -> None:
    from scipy import stats

    for smd in (-1.2, -0.45, 0.0, 0.3, 2.0):
        assert pairs_of_100(smd) == pytest.approx(100 * stats.norm.cdf(smd / 2**0.5))


def test_certainty_is_given_to_effects_only(knowledge: Knowledge) -> None:
    evidence = benefit_evidence(knowledge, "neuropathy")
    graded = {trial for one in evidence.benefits for trial in one.trials}
    numberless = {
        one.trial for cell in evidence.cells for one in cell.treatment if one.known in ("claim", "none", "size")
    }
    assert not graded & (
        numberless - {one.trial for cell in evidence.cells for one in cell.treatment if one.known == "interval"}
    )


def test_what_is_withheld_is_named(knowledge: Knowledge) -> None:
    section = next(one for one in page_on("neuropathy").sections if one.id == "harms")
    said = next(block.text for block in section.card if isinstance(block, Say) and block.text.startswith("Not shown"))
    assert "warfarin" in said and "DOAC" in said
