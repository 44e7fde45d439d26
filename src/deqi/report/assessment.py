"""The page of one assessment: the headline, what was found, the plan, the day's checklist, the open questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.people.facts import Answer, Fact, Person
from deqi.report.blocks import Entry, Items, Page, Say, Section, say, sheet
from deqi.report.fact_words import VERIFIED, Names
from deqi.report.phrase import Phrases, labels
from deqi.report.plan_page import plan_headline, plan_sections
from deqi.report.questions import questions_section
from deqi.report.unclear import unclear_sections
from deqi.safety.document import FactLine
from deqi.safety.explain import HalfMet
from deqi.safety.findings import Assessment, Finding
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.rules.catalog import Catalog

GROUPS = (
    ("absolute", "Must not"),
    ("relative", "Only with a specialist's agreement"),
    ("caution", "With changes"),
    ("information", "Good to know"),
)


def assessment_page(
    result: Assessment,
    person: Person,
    catalog: Catalog,
    knowledge: Knowledge,
    check: PlanCheck | None = None,
    *,
    half_met: Iterable[HalfMet] = (),
    lines: Mapping[Fact | Answer, FactLine] | None = None,
    form: bool = False,
    full: bool = True,
) -> Page:
    """What the rules say of one person on one day, and of a plan; ``form``: with the questions as a file to fill in.

    ``half_met`` are the undecided rules of which a part is on record, ``lines`` the facts as lines.

    With a plan the verdict and the needlings come first; without ``full`` the person's rules that no needling meets are
    counted in a line, and so are the open questions.
    """
    names = Names(knowledge, catalog, lines)
    phrases = Phrases(knowledge.texts)
    planned = tuple(plan_sections(check, catalog, phrases, full=full)) if check is not None else ()
    if check is not None and not full:
        return sheet(
            "",
            labels(phrases),
            _headline(result, person, catalog, names, check, phrases),
            *planned,
            *unclear_sections(result, knowledge, phrases, names.fact),
        )
    flags = [one for one in result.findings if one.rule.red_flag]
    groups = [
        _group(
            severity,
            title,
            [one for one in result.findings if one.rule.severity == severity and one not in flags],
            names,
        )
        for severity, title in GROUPS
    ]
    return sheet(
        "",
        labels(phrases),
        _headline(result, person, catalog, names, check, phrases),
        *planned,
        _group("red-flags", "Red flags", flags, names),
        *groups,
        *unclear_sections(result, knowledge, phrases, names.fact),
        _half_met(half_met, names),
        _cleared(result),
        _on_the_day(result, catalog),
        *(questions_section(result, catalog, stage) for stage in ("booking", "session", "plan")),
        _sources(result, names),
        *(_form(result, catalog) if form and result.questions else ()),
    )


def _headline(
    result: Assessment, person: Person, catalog: Catalog, names: Names, check: PlanCheck | None, phrases: Phrases
) -> Section:
    plan = () if check is None else plan_headline(check, phrases)
    words = (*plan, *_headline_words(result, person, catalog, names))
    return Section("verdict", "", lead=tuple(say(text) for text in words))


def _headline_words(result: Assessment, person: Person, catalog: Catalog, names: Names) -> Iterator[str]:
    yield f"{names.candidacy(result.candidacy)}."
    if result.if_clear != result.candidacy:
        yield f"If no answer gives cause for concern: {names.candidacy(result.if_clear).lower()}."
    yield f"For {result.as_of.isoformat()}, knowledge {result.edition}."
    if person.dead_on(result.as_of):
        yield "The record says that this person has died."
    if result.unreadable:
        kinds = ", ".join(result.unreadable)
        yield f"Chart partly unreadable ({kinds}): what could not be read is not taken as absent."
    if unknown := unmatched(person):
        yield (
            f"Belongs to no code set of the rules, so no rule looked at it: {', '.join(unknown)}. "
            "If it matters, write a code (code: icd10cm I89.0) or a name that deqi knows."
        )
    for one in catalog.settings.overrides:
        yield f"Set by the clinic: {one.setting} {one.value:g} {one.unit} (default {one.default:g})."


def unmatched(person: Person) -> list[str]:
    """Items of a person file that no rule can look at. In a chart most entries are so, and none is named."""
    return [
        f"{fact.origin.path} ({fact.display or fact.text or fact.code})"
        for fact in person.facts
        if not (fact.sets or fact.understood)
        and fact.origin.path
        and fact.origin.line is None
        and not fact.origin.resource_id
    ]


def _group(name: str, title: str, findings: list[Finding], names: Names) -> Section:
    return Section(name, title, card=tuple(finding_entry(one, names) for one in findings))


def finding_entry(finding: Finding, names: Names) -> Entry:
    """One finding with what to do instead, what it restricts, why, and what it rests on."""
    rule = finding.rule
    lines = [
        rule.plain,
        f"Instead: {rule.instead}",
        *names.restrictions(finding.restricts),
        *(f"Because: {names.fact(fact)}" for fact in finding.because),
        *(f"Against it: {names.fact(fact)}" for fact in finding.disputed),
        f"Why: {rule.why}",
        *_labels(finding),
        f"Sources: {', '.join(rule.source)}",
    ]
    return Entry(say(f"{rule.title}  [{rule.id}]"), tuple(say(line) for line in lines))


def _labels(finding: Finding) -> Iterator[str]:
    rule = finding.rule
    if rule.basis == "default":
        yield "Label: default, not clinician-reviewed."
    if rule.verified in VERIFIED:
        yield f"Label: {VERIFIED[rule.verified]} against its sources."
    if rule.disagreements:
        yield f"Sources disagree: {rule.disagreements}"
    if rule.note:
        yield f"Note: {rule.note}"


def _half_met(rules: Iterable[HalfMet], names: Names) -> Section:
    """Rules that could bar this person and of which a part is on record already: what they wait for."""
    entries = []
    for one in rules:
        lines = [
            one.rule.plain,
            *(f"On record: {names.fact(fact)}" for fact in one.because),
            f"Waits for: {', '.join(one.waits)}",
        ]
        entries.append(Entry(say(f"{one.rule.title}  [{one.rule.id}]"), tuple(say(line) for line in lines)))
    return Section("undecided", "Not decided yet, and could bar", card=tuple(entries))


def _cleared(result: Assessment) -> Section:
    words = say(f"Cleared for now by a clinician: {', '.join(result.cleared)}.")
    return Section("cleared", "", lead=(words,) if result.cleared else ())


def _on_the_day(result: Assessment, catalog: Catalog) -> Section:
    ranked = sorted(catalog.rules, key=lambda one: one.sort_key)
    marks = {"yes": "!!", "unknown": "[ ]", "superseded": "!!"}
    items = tuple(
        say(f"{marks.get(result.states[one.rule.id], 'ok'):3} {one.rule.title}")
        for one in ranked
        if one.rule.stage == "session"
    )
    return Section("day", "On the day (ask again before every session)", card=(Items("", items),))


def _sources(result: Assessment, names: Names) -> Section:
    used = dict.fromkeys(name for one in result.findings for name in one.rule.source)
    items = tuple(Say(names.cite(name), strong=name) for name in used)
    return Section("sources", "Sources", card=(Items("", items),) if items else ())


def _form(result: Assessment, catalog: Catalog) -> Iterator[Section]:
    from deqi.report.questions import answers_form

    yield Section("form", "", card=(answers_form(result, catalog),))
