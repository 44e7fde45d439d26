"""From an assessment to the personal part of a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.harms import HarmModifier
from deqi.knowledge.tables.vocabulary import CodeSet
from deqi.people.facts import Fact, Person
from deqi.report.model import PersonalFinding, PersonalPart, PersonalQuestion, PlanLine
from deqi.report.phrase import Phrases, standing
from deqi.safety.document import FactLine, fact_line, question_text
from deqi.safety.findings import Assessment, Finding
from deqi.safety.needling.plan import CheckedNeedling
from deqi.safety.rules.catalog import Catalog


def personal_part(result: Assessment, catalog: Catalog, person: Person, knowledge: Knowledge) -> PersonalPart:
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

    A factor fits a condition or medicine that is present, when both use the same name of one of its code sets.
    """
    sets = {row.set: row for row in knowledge.rows(CodeSet)}
    words = tuple(_names(person.facts, sets))
    return tuple(
        row
        for row in knowledge.rows(HarmModifier)
        if (row.usable and row.verified != "no" and row.ci_low is not None) == usable
        and (row.factor == f"{person.sex} sex" or any(_holds(row.factor, name) for name in words))
    )


def _names(facts: Iterable[Fact], sets: dict[str, CodeSet]) -> Iterator[str]:
    for fact in facts:
        if fact.state != "present" or fact.kind not in ("condition", "medication"):
            continue
        said = f"{fact.display} {fact.text}"
        for match in fact.sets:
            if match.set in sets:
                yield from (name for name in sets[match.set].names if _holds(said, name))
                yield match.set.replace("-", " ")


def _holds(text: str, name: str) -> bool:
    """Whether a text holds a name as whole words."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
