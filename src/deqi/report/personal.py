"""From an assessment to the personal part of a report."""

from __future__ import annotations

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.harms import HarmModifier, HarmModifierFactor
from deqi.people.facts import Fact, Person
from deqi.people.terminology.systems import plain_code
from deqi.report.model import PersonalFinding, PersonalPart, PersonalQuestion, PlanLine
from deqi.report.own_condition import OwnCondition
from deqi.report.phrase import Phrases, standing
from deqi.report.unclear import possible_words, set_titles, unclear_words
from deqi.safety.document import FactLine, fact_line, question_text
from deqi.safety.evaluate.doubt import Possible
from deqi.safety.findings import Assessment, Finding
from deqi.safety.needling.plan import CheckedNeedling
from deqi.safety.rules.catalog import Catalog


def personal_part(
    result: Assessment, catalog: Catalog, person: Person, knowledge: Knowledge, own: OwnCondition | None = None
) -> PersonalPart:
    """What the rules say of a person, in plain words, with the risk factors that fit their record."""
    phrases = Phrases(knowledge.texts)
    return PersonalPart(
        candidacy=result.candidacy,
        if_clear=result.if_clear,
        findings=tuple(_finding(one, catalog, phrases) for one in result.findings if one.rule.stage != "plan"),
        questions=tuple(_question(one.question, one.decides, catalog) for one in result.questions),
        unreadable=result.unreadable,
        plan=tuple(_plan_line(one) for one in result.plan),
        modifiers=matching_modifiers(knowledge, person, usable=True),
        withheld=matching_modifiers(knowledge, person, usable=False),
        possible=tuple(_possible(one, catalog, phrases, knowledge) for one in result.possible),
        not_understood=tuple(unclear_words(one, phrases) for one in result.not_understood),
        skipped=result.skipped,
        own=() if own is None else own.words,
        named=own is not None and own.condition != "",
    )


def _finding(one: Finding, catalog: Catalog, phrases: Phrases) -> PersonalFinding:
    rule = one.rule
    return PersonalFinding(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        plain=rule.plain,
        instead=rule.instead,
        because=tuple(_fact_words(fact_line(fact, catalog)) for fact in one.because),
        label=standing(rule.basis, rule.verified, phrases),
        source=rule.source,
    )


def _possible(one: Possible, catalog: Catalog, phrases: Phrases, knowledge: Knowledge) -> str:
    return possible_words(one, _fact_words(fact_line(one.fact, catalog)), phrases, set_titles(knowledge))


def _fact_words(line: FactLine) -> str:
    """A fact in a few words, with its date."""
    value = "" if line.value is None else f": {line.value:g}" if isinstance(line.value, float) else f": {line.value}"
    unit = f" {line.unit}" if line.unit and line.value is not None else ""
    date = f" ({line.date})" if line.date else ""
    return f"{line.display or line.code}{value}{unit}{date}"


def _question(question: str, decides: tuple[str, ...], catalog: Catalog) -> PersonalQuestion:
    row = catalog.questions[question]
    return PersonalQuestion(question, question_text(row), row.audience, decides)


def _plan_line(one: CheckedNeedling) -> PlanLine:
    """A needling with the lines that gave it its status."""
    place = " ".join(part for part in (one.point, one.segment, one.side) if part)
    words = dict.fromkeys(line.plain for line in one.lines if line.status == one.status)
    return PlanLine(place, one.status, " ".join(words))


def matching_modifiers(knowledge: Knowledge, person: Person, *, usable: bool) -> tuple[HarmModifier, ...]:
    """The risk factors, usable ones or those that are not, that the person's record names, each to be shown alone.

    A factor is what the table of factors says: a code set, codes or the recorded sex, never a phrase.
    """
    fitting = _fitting(knowledge, person)
    return tuple(
        row
        for row in knowledge.rows(HarmModifier)
        if row.modifier in fitting and (row.usable and row.verified != "no" and row.ci_low is not None) == usable
    )


def _fitting(knowledge: Knowledge, person: Person) -> frozenset[str]:
    present = [fact for fact in person.facts if fact.state == "present" and fact.kind in ("condition", "medication")]
    return frozenset(
        row.modifier
        for row in knowledge.rows(HarmModifierFactor)
        if (row.sex and row.sex == person.sex) or any(_is(fact, row) for fact in present)
    )


def _is(fact: Fact, row: HarmModifierFactor) -> bool:
    """Whether a fact is the factor."""
    if row.set:
        return fact.match(row.set) is not None and not any(fact.match(other) for other in row.without)
    plain = plain_code(row.system, row.code)
    same = (plain_code(row.system, one.code) for one in fact.codes if one.system == row.system)
    exact = row.system == "snomed"
    return bool(plain) and any(one == plain if exact else one.startswith(plain) for one in same)
