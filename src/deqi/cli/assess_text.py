"""An assessment in words, for a terminal or to be handed out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from deqi.cli.output import write, write_wrapped
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Region, Technique
from deqi.people.facts import Answer, Fact, Person
from deqi.safety.compare import Changes
from deqi.safety.document import FactLine, fact_line, question_text
from deqi.safety.explain import Explained, known_part
from deqi.safety.findings import Assessment, Finding
from deqi.safety.needling.plan import CheckedNeedling, Line, Needling
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.plancheck.sheet import how
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.restricted import Restricted

GROUPS = (
    ("absolute", "MUST NOT"),
    ("relative", "ONLY WITH A SPECIALIST'S AGREEMENT"),
    ("caution", "WITH CHANGES"),
    ("information", "GOOD TO KNOW"),
)
AUDIENCES = {"patient": "", "clinician": " (the clinician answers)", "examiner": " (whoever examines answers)"}
MOST_NAMED = 5
_VERIFIED = {"no": "not verified", "partly": "verified in part"}


class Page:
    """Writes one assessment; holds the names of techniques, regions and sources."""

    def __init__(self, knowledge: Knowledge, catalog: Catalog) -> None:
        self._catalog = catalog
        self._texts = knowledge.texts
        self._techniques = {row.technique: row.plain_name for row in knowledge.rows(Technique)}
        self._regions = {row.region: row.plain_name for row in knowledge.rows(Region)}
        self._cites = {row.source: row.cite for row in knowledge.rows(Source)}

    def write(self, result: Assessment, person: Person, check: PlanCheck | None = None) -> None:
        """The whole page: the headline, what was found, the day's checklist, the open questions, the sources."""
        self._headline(result, person)
        flags = [one for one in result.findings if one.rule.red_flag]
        self._group("RED FLAGS", flags)
        for severity, title in GROUPS:
            self._group(
                title, [one for one in result.findings if one.rule.severity == severity and not one.rule.red_flag]
            )
        self._half_met(result, person)
        self._plan(check, person)
        self._cleared(result)
        self._on_the_day(result)
        self._questions(result)
        self._sources(result)

    def _headline(self, result: Assessment, person: Person) -> None:
        write_wrapped(f"{self._candidacy(result.candidacy)}.")
        if result.if_clear != result.candidacy:
            write_wrapped(f"If no answer gives cause for concern: {self._candidacy(result.if_clear).lower()}.")
        write_wrapped(f"For {result.as_of.isoformat()}, knowledge {result.edition}.")
        if person.dead_on(result.as_of):
            write_wrapped("The record says that this person has died.")
        if result.unreadable:
            kinds = ", ".join(result.unreadable)
            write_wrapped(f"Chart partly unreadable ({kinds}): what could not be read is not taken as absent.")
        if later := dated_later(person, result.as_of):
            write_wrapped(
                f"Dated after this day and so left out; look whether the date is right: {', '.join(later[:MOST_NAMED])}"
                f"{f' and {len(later) - MOST_NAMED} more' if len(later) > MOST_NAMED else ''}."
            )
        if unknown := unmatched(person):
            write_wrapped(
                f"Belongs to no code set of the rules, so no rule looked at it: {', '.join(unknown)}. "
                "If it matters, write a code (code: icd10cm I89.0) or a name that deqi knows."
            )
        for one in self._catalog.settings.overrides:
            write_wrapped(f"Set by the clinic: {one.setting} {one.value:g} {one.unit} (default {one.default:g}).")

    def _candidacy(self, word: str) -> str:
        return self._texts.get(f"candidacy.{word}", word.replace("-", " "))

    def _group(self, title: str, findings: list[Finding]) -> None:
        if not findings:
            return
        write()
        write(title)
        for finding in findings:
            write()
            self._finding(finding)

    def _finding(self, finding: Finding) -> None:
        rule = finding.rule
        write_wrapped(f"{rule.title}  [{rule.id}]", indent="  ", hanging="    ")
        write_wrapped(rule.plain, indent="    ")
        write_wrapped(f"Instead: {rule.instead}", indent="    ", hanging="      ")
        for words in self._restrictions(finding.restricts):
            write_wrapped(words, indent="    ", hanging="      ")
        for fact in finding.because:
            write_wrapped(f"Because: {self.fact(fact)}", indent="    ", hanging="      ")
        for fact in finding.disputed:
            write_wrapped(f"Against it: {self.fact(fact)}", indent="    ", hanging="      ")
        write_wrapped(f"Why: {rule.why}", indent="    ", hanging="      ")
        for label in _labels(finding):
            write_wrapped(label, indent="    ", hanging="      ")
        write_wrapped(f"Sources: {', '.join(rule.source)}", indent="    ", hanging="      ")

    def _half_met(self, result: Assessment, person: Person) -> None:
        """Rules that could bar this person and of which a part is on record already: what they wait for."""
        begun = [
            one
            for one in self._catalog.rules
            if one.precludes and one.rule.stage == "booking" and result.states[one.rule.id] == "unknown"
        ]
        for number, (rule, because) in enumerate(
            (one.rule, facts)
            for one in sorted(begun, key=lambda one: one.sort_key)
            if (facts := known_part(self._catalog, person, result.as_of, one.rule.id))
        ):
            if number == 0:
                write()
                write("NOT DECIDED YET, AND COULD BAR")
            write()
            write_wrapped(f"{rule.title}  [{rule.id}]", indent="  ", hanging="    ")
            write_wrapped(rule.plain, indent="    ")
            for fact in because:
                write_wrapped(f"On record: {self.fact(fact)}", indent="    ", hanging="      ")
            waits = [one.question for one in result.questions if rule.id in one.decides]
            write_wrapped(f"Waits for: {', '.join(waits)}", indent="    ", hanging="      ")

    def _restrictions(self, restricts: Iterable[Restricted]) -> Iterator[str]:
        for one in restricts:
            if one.everything:
                yield "Left out: all needling and what goes with it."
            elif one.matched:
                yield "Left out: the needlings of the plan named below."
            elif one.dose:
                yield "Changed: fewer or gentler needles."
            elif not one.advice:
                yield f"Left out: {self._what(one)}{self._where(one)}."

    def _what(self, one: Restricted) -> str:
        names = ", ".join(_lower(self._techniques.get(name, name)) for name in one.techniques) or "every technique"
        if one.anticoagulant_avoid:
            return f"{names} at points marked unsafe with thin blood"
        if one.hazards:
            return f"{names} at points with a hazard of {', '.join(one.hazards)}"
        return names

    def _where(self, one: Restricted) -> str:
        places = [_lower(self._regions.get(name, name)) for name in one.regions]
        words = f" at {', '.join(one.points)}" if one.points else ""
        if places:
            words += f" on {', '.join(places)}"
        if one.within is not None:
            words += f", as far as it lies in {self._regions.get(one.within, one.within)}"
        if one.side != "both":
            words += f", {one.side} side"
        if one.assumed:
            words += f" (where is not recorded exactly, so all of it{' and both sides' if one.side == 'both' else ''})"
        return words

    def fact(self, fact: Fact | Answer) -> str:
        """One fact in a line: what, when, where it was read."""
        line = fact_line(fact, self._catalog)
        if line.kind == "answer":
            return f'answer {_value(line)} to "{line.display or line.code}"{_from(line)}'
        code = f" ({line.system} {line.code})" if line.code else ""
        value = f" {_value(line)}" if line.value is not None else ""
        by_name = "; matched by name" if isinstance(fact, Fact) and _by_name(fact) else ""
        return f"{line.kind} {line.display or line.code}{code}{value}{_from(line)}{by_name}"

    def _plan(self, check: PlanCheck | None, person: Person) -> None:
        """The headline, every needling, what is left of the plan without the unsafe, and what passes instead."""
        if check is None:
            return
        write()
        write("THE PLAN")
        for told in check.headline:
            where = ", ".join(_needling(check.needlings[number]) for number in told.needlings) or "the session"
            self._line(told.line, f"{where}: ")
        if check.left_out:
            write_wrapped(f"and {check.left_out} more below", indent="  ")
        write()
        for one in check.needlings:
            also = ", ".join(one.findings)
            write_wrapped(f"{_needling(one):12} {one.status}{': ' + also if also else ''}", indent="  ", hanging="    ")
        for line in check.session:
            write_wrapped(f"{'session':12} {line.status}: {line.id}", indent="  ", hanging="    ")
        left = ", ".join(_needling(one) for one in check.without.needlings) or "nothing"
        words = f"Needles in: {check.needles_in}. Without what must be left out or changed"
        write_wrapped(f"{words} {check.needles_in_without}: {left}.", indent="  ", hanging="    ")
        for number, found in check.alternatives.items():
            places = "; ".join(how(one.needling) for one in found)
            write_wrapped(f"Passes instead of {_needling(check.needlings[number])}: {places}.", "  ", "    ")

    def _line(self, line: Line, where: str) -> None:
        labels = f" [{', '.join(line.labels)}]" if line.labels else ""
        write_wrapped(f"{where}{line.status}. {line.title}{labels}", indent="  ", hanging="    ")
        write_wrapped(line.plain, indent="    ")
        if line.instead:
            write_wrapped(f"Instead: {line.instead}", indent="    ", hanging="      ")

    def _cleared(self, result: Assessment) -> None:
        if result.cleared:
            write()
            write_wrapped(f"Cleared for now by a clinician: {', '.join(result.cleared)}.", hanging="  ")

    def _on_the_day(self, result: Assessment) -> None:
        ranked = sorted(self._catalog.rules, key=lambda one: one.sort_key)
        rules = {one.rule.id: one.rule for one in ranked if one.rule.stage == "session"}
        write()
        write("ON THE DAY (ask again before every session)")
        for name, rule in rules.items():
            state = result.states[name]
            mark = {"yes": "!!", "unknown": "[ ]", "superseded": "!!"}.get(state, "ok")
            write_wrapped(f"{mark:3} {rule.title}", indent="  ", hanging="      ")

    def _questions(self, result: Assessment) -> None:
        for stage, title in (
            ("booking", "OPEN QUESTIONS, WHAT MATTERS MOST FIRST"),
            ("session", "QUESTIONS FOR THE DAY"),
            ("plan", "QUESTIONS ABOUT THE PLAN"),
        ):
            rows = [self._catalog.questions[one.question] for one in result.questions]
            rows = [row for row in rows if row.stage == stage]
            if rows:
                write()
                write(title)
                for number, row in enumerate(rows, 1):
                    words = f"{question_text(row)}{AUDIENCES[row.audience]}  [{row.question}]"
                    write_wrapped(f"{number:2}. {words}", indent="  ", hanging="      ")

    def _sources(self, result: Assessment) -> None:
        names = dict.fromkeys(name for one in result.findings for name in one.rule.source)
        if names:
            write()
            write("SOURCES")
            for name in names:
                write_wrapped(f"{name}: {self._cites.get(name, name)}", indent="  ", hanging="    ")


def dated_later(person: Person, as_of: dt.date) -> list[str]:
    """Where records stand that a rule would look at and that begin after the day: a mistyped year hides them."""
    return [
        fact.origin.path or fact.origin.file
        for fact in person.facts
        if fact.sets and (when := fact.start or fact.recorded) is not None and when.earliest > as_of
    ]


def unmatched(person: Person) -> list[str]:
    """Items of a person file that no rule can look at. In a chart most entries are so, and none is named."""
    return [
        f"{fact.origin.path} ({fact.display or fact.text or fact.code})"
        for fact in person.facts
        if not fact.sets and fact.origin.path and fact.origin.line is None and not fact.origin.resource_id
    ]


def _needling(one: CheckedNeedling | Needling) -> str:
    """Point (or free site), its part, and side."""
    place = one.point or (one.site if isinstance(one, Needling) else None) or "?"
    return " ".join(part for part in (place, one.segment, one.side or "side not given") if part)


def _labels(finding: Finding) -> Iterator[str]:
    rule = finding.rule
    if rule.basis == "default":
        yield "Label: default, not clinician-reviewed."
    if rule.verified in _VERIFIED:
        yield f"Label: {_VERIFIED[rule.verified]} against its sources."
    if rule.disagreements:
        yield f"Sources disagree: {rule.disagreements}"
    if rule.note:
        yield f"Note: {rule.note}"


def _lower(name: str) -> str:
    """A name inside a sentence; TENS and the like stay as they are."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _by_name(fact: Fact) -> bool:
    return bool(fact.sets) and all(match.how == "name" for match in fact.sets)


def _value(line: FactLine) -> str:
    value = f"{line.value:g}" if isinstance(line.value, float) else str(line.value)
    return f"{value} {line.unit}".strip()


def _from(line: FactLine) -> str:
    parts = [part for part in (line.date.replace("/", " to "), line.origin) if part]
    return f", {', '.join(parts)}" if parts else ""


def write_explained(nodes: Iterable[Explained], page: Page) -> None:
    """The tree of one rule; ``*`` marks what decides."""
    for node in nodes:
        mark = "*" if node.decides else " "
        indent = "  " * node.depth
        write_wrapped(f"{mark} {indent}{node.truth}: {node.what}", hanging=f"    {indent}")
        for fact in node.because:
            write_wrapped(f"because {page.fact(fact)}", indent=f"      {indent}", hanging=f"        {indent}")
        for fact in node.disputed:
            write_wrapped(f"against it {page.fact(fact)}", indent=f"      {indent}", hanging=f"        {indent}")
        if node.asks:
            write_wrapped(f"would ask {', '.join(node.asks)}", indent=f"      {indent}", hanging=f"        {indent}")


def write_changes(found: Changes) -> None:
    """What changed since an earlier assessment."""
    write_wrapped(
        f"From {found.as_of_before} (knowledge {found.knowledge_before}) to {found.as_of_now} "
        f"(knowledge {found.knowledge_now})"
    )
    if found.candidacy_before == found.candidacy_now:
        write(f"Candidacy: {found.candidacy_now}, as before")
    else:
        write(f"Candidacy: {found.candidacy_before} -> {found.candidacy_now}")
    for title, names in (
        ("New findings", found.new),
        ("No longer found", found.gone),
        ("Found on other facts, or restricting otherwise", found.otherwise),
        ("Newly open questions", found.opened),
        ("No longer open", found.answered),
    ):
        if names:
            write_wrapped(f"{title}: {', '.join(names)}", hanging="  ")
