"""The page of one assessment: the headline, what was found, the plan, the day's checklist, the open questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.people.facts import Answer, Fact, Person
from deqi.report.blocks import Entry, Items, Page, Say, Section, say, sheet
from deqi.report.fact_words import Names
from deqi.report.phrase import Phrases, labels
from deqi.report.plan_page import plan_headline, plan_sections
from deqi.report.questions import questions_section
from deqi.report.unclear import unclear_sections
from deqi.safety.document import FactLine
from deqi.safety.explain import HalfMet
from deqi.safety.findings import Assessment, Finding
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.rules.catalog import Catalog

GROUPS = ("absolute", "relative", "caution", "information")
LABELLED = ("no", "partly")
"""How far a rule's row was verified, where that must be said."""


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
            [one for one in result.findings if one.rule.severity == severity and one not in flags],
            names,
            phrases,
        )
        for severity in GROUPS
    ]
    return sheet(
        "",
        labels(phrases),
        _headline(result, person, catalog, names, check, phrases),
        *planned,
        _group("red-flags", flags, names, phrases),
        *groups,
        *unclear_sections(result, knowledge, phrases, names.fact),
        _half_met(half_met, names, phrases),
        _cleared(result, phrases),
        _on_the_day(result, catalog, phrases),
        *(questions_section(result, catalog, stage, phrases) for stage in ("booking", "session", "plan")),
        _sources(result, names, phrases),
        *(_form(result, catalog, phrases) if form and result.questions else ()),
    )


def _headline(
    result: Assessment, person: Person, catalog: Catalog, names: Names, check: PlanCheck | None, phrases: Phrases
) -> Section:
    plan = () if check is None else plan_headline(check, phrases)
    words = (*plan, *_headline_words(result, person, catalog, names, phrases))
    return Section("verdict", "", lead=tuple(say(text) for text in words))


def _headline_words(
    result: Assessment, person: Person, catalog: Catalog, names: Names, phrases: Phrases
) -> Iterator[str]:
    yield phrases.say("assess.verdict", {"words": names.candidacy(result.candidacy)})
    if result.if_clear != result.candidacy:
        yield phrases.say("assess.if_clear", {"words": names.candidacy(result.if_clear).lower()})
    yield phrases.say("assess.for", {"as_of": result.as_of.isoformat(), "edition": result.edition})
    if person.dead_on(result.as_of):
        yield phrases.say("assess.dead")
    if result.unreadable:
        yield phrases.say("assess.unreadable", {"kinds": ", ".join(result.unreadable)})
    if unknown := unmatched(person):
        yield phrases.say("assess.unmatched", {"items": ", ".join(unknown)})
    for one in catalog.settings.overrides:
        fields = {"setting": one.setting, "value": f"{one.value:g}", "unit": one.unit, "default": f"{one.default:g}"}
        yield phrases.say("assess.setting", fields)


def unmatched(person: Person) -> list[str]:
    """Items of a person file that no rule can look at. In a chart most entries are so, and none is named."""
    return [
        f"{fact.origin.path} ({fact.display or fact.text or fact.code})"
        for fact in person.facts
        if not (fact.sets or fact.understood or fact.alarms)
        and fact.origin.path
        and fact.origin.line is None
        and not fact.origin.resource_id
    ]


def _group(name: str, findings: list[Finding], names: Names, phrases: Phrases) -> Section:
    title = phrases.say(f"assess.group.{name}")
    return Section(name, title, card=tuple(finding_entry(one, names, phrases) for one in findings))


def finding_entry(finding: Finding, names: Names, phrases: Phrases) -> Entry:
    """One finding with what to do instead, what it restricts, why, and what it rests on."""
    rule = finding.rule
    lines = [
        rule.plain,
        phrases.say("assess.instead", {"words": rule.instead}),
        *names.restrictions(finding.restricts),
        *(f"{phrases.say('assess.because')} {names.fact(fact)}" for fact in finding.because),
        *(f"{phrases.say('assess.against')} {names.fact(fact)}" for fact in finding.disputed),
        phrases.say("assess.why", {"words": rule.why}),
        *_labels(finding, phrases),
        phrases.say("assess.sources", {"sources": ", ".join(rule.source)}),
    ]
    return Entry(say(f"{rule.title}  [{rule.id}]"), tuple(say(line) for line in lines))


def _labels(finding: Finding, phrases: Phrases) -> Iterator[str]:
    rule = finding.rule
    if rule.basis == "default":
        yield phrases.say("assess.label.default")
    if rule.verified in LABELLED:
        yield phrases.say(f"assess.label.{rule.verified}")
    if rule.disagreements:
        yield phrases.say("assess.disagree", {"words": rule.disagreements})
    if rule.note:
        yield phrases.say("assess.note", {"words": rule.note})


def _half_met(rules: Iterable[HalfMet], names: Names, phrases: Phrases) -> Section:
    """Rules that could bar this person and of which a part is on record already: what they wait for."""
    entries = []
    for one in rules:
        lines = [
            one.rule.plain,
            *(f"{phrases.say('assess.half.record')} {names.fact(fact)}" for fact in one.because),
            phrases.say("assess.half.waits", {"waits": ", ".join(one.waits)}),
        ]
        entries.append(Entry(say(f"{one.rule.title}  [{one.rule.id}]"), tuple(say(line) for line in lines)))
    return Section("undecided", phrases.say("assess.half.heading"), card=tuple(entries))


def _cleared(result: Assessment, phrases: Phrases) -> Section:
    words = say(phrases.say("assess.cleared", {"rules": ", ".join(result.cleared)}))
    return Section("cleared", "", lead=(words,) if result.cleared else ())


def _on_the_day(result: Assessment, catalog: Catalog, phrases: Phrases) -> Section:
    ranked = sorted(catalog.rules, key=lambda one: one.sort_key)
    marks = {"yes": "!!", "unknown": "[ ]", "superseded": "!!"}
    items = tuple(
        say(f"{marks.get(result.states[one.rule.id], 'ok'):3} {one.rule.title}")
        for one in ranked
        if one.rule.stage == "session"
    )
    return Section("day", phrases.say("assess.day"), card=(Items("", items),))


def _sources(result: Assessment, names: Names, phrases: Phrases) -> Section:
    used = dict.fromkeys(name for one in result.findings for name in one.rule.source)
    items = tuple(Say(names.cite(name), strong=name) for name in used)
    return Section("sources", phrases.say("assess.sources.heading"), card=(Items("", items),) if items else ())


def _form(result: Assessment, catalog: Catalog, phrases: Phrases) -> Iterator[Section]:
    from deqi.report.questions import answers_form

    yield Section("form", "", card=(answers_form(result, catalog, phrases),))
