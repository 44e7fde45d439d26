"""The one-pager for a clinician: one A4 in GRADE's words, with what to do, what to count and what to say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import markupsafe

from deqi.evidence.options import Option
from deqi.evidence.outcomes import Benefit
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Setting
from deqi.knowledge.tables.words import Guideline
from deqi.report.blocks import Say
from deqi.report.decision.choosing import cost_words, option_words, people_words
from deqi.report.decision.helping import measure_words
from deqi.report.decision.model import Decision
from deqi.report.phrase import Phrases, capital, plain, trial_label, whole
from deqi.report.sections.benefitwords import short

MOST_OUTCOMES = 7
MOST_REFERENCES = 10
MOST_OPTIONS = 4
MOST_GUIDELINES = 3
SETTINGS = (
    "platelets-stop", "platelets-sign-off", "neutrophils-stop", "neutrophils-sign-off", "count-window-days", "inr-high",
    "blood-thinner-mm",
)  # fmt: skip
"""Counts and thresholds that stand on the page, each with its label; a clinic may set them."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A line of the table: with people of 100 where they were counted, else a sentence across."""

    name: str
    control: str
    treated: str
    difference: str
    people: str
    certainty: str
    sentence: str = ""


@dataclasses.dataclass(frozen=True)
class OnePager:
    """The page's words."""

    title: str
    dated: str
    verdict: str
    outcomes: tuple[Outcome, ...]
    head: tuple[str, ...]
    harms: str
    options: tuple[Say, ...]
    guidelines: tuple[Say, ...]
    flags: tuple[Say, ...]
    counts: tuple[str, ...]
    calls: tuple[str, ...]
    patient: tuple[str, ...]
    references: tuple[str, ...]
    labels: dict[str, str]


def one_pager(decision: Decision, knowledge: Knowledge, phrases: Phrases) -> OnePager:
    """The page of a decision."""
    chosen = _chosen(decision)
    options = decision.options[:MOST_OPTIONS]
    guidelines = _guidelines(decision)
    works = {row.source: row for row in knowledge.rows(Source)}
    cited = [
        *(one for benefit in chosen for one in benefit.source),
        *(one for line in (decision.serious, *decision.common[:1]) if line is not None for one in line.harm.source),
        *(one for option in options for one in option.effect.source),
        *(one for row in guidelines for one in row.source),
    ]
    order = [one for one in dict.fromkeys(cited) if one in works][:MOST_REFERENCES]
    names = ("outcomes", "options", "guidelines", "flags", "counts", "calls", "patient", "references", "harms")
    return OnePager(
        title=phrases.say("onepager.title", {"condition": decision.topic.clinical_name}),
        dated=phrases.say(
            "onepager.dated",
            {"as_of": decision.as_of, "edition": decision.edition, "review_by": decision.review_by},
        ),
        verdict=_verdict(decision, phrases),
        outcomes=tuple(_outcome(one, decision, phrases, order) for one in chosen),
        head=tuple(
            phrases.say(f"onepager.head.{name}")
            for name in ("outcome", "without", "with", "difference", "people", "certainty")
        ),
        harms=_harms(decision, phrases),
        options=tuple(_option(one, phrases, order) for one in options),
        guidelines=tuple(_guideline(row, phrases, order) for row in guidelines),
        flags=tuple(_flags(decision, knowledge)),
        counts=tuple(_counts(knowledge, phrases)),
        calls=tuple(phrases.say(f"onepager.call.{index}") for index in (1, 2, 3, 4)),
        patient=_patient(decision, phrases),
        references=tuple(works[one].cite for one in order),
        labels={name: phrases.say(f"onepager.{name}") for name in names},
    )


def one_pager_html(page: OnePager) -> str:
    """One self-contained A4."""
    from deqi.report.html import environment

    return environment().get_template("one_pager.html.j2").render(page=page)


def one_pager_body(page: OnePager) -> markupsafe.Markup:
    """The inside of ``<main>``, for the site's frame."""
    from deqi.report.html import environment

    module = environment().get_template("one_pager_macros.html.j2").module
    return markupsafe.Markup(vars(module)["body"](page))


def one_pager_text(page: OnePager, width: int) -> str:
    """The same as plain text."""
    import textwrap

    blocks: list[str] = [page.title, page.dated, page.verdict]
    for one in page.outcomes:
        if one.sentence:
            blocks.append(f"{one.sentence} {one.people}; {one.certainty}.")
        else:
            pairs = zip(
                page.head[1:], (one.control, one.treated, one.difference, one.people, one.certainty), strict=True
            )
            blocks.append(f"{one.name}: " + "; ".join(f"{head.lower()} {words}" for head, words in pairs) + ".")
    blocks.append(page.harms)
    for name, lines in (("options", page.options), ("guidelines", page.guidelines), ("flags", page.flags)):
        blocks.append(page.labels[name])
        blocks += [f"{one.strong} {one.text}".strip() for one in lines]
    for name, plain_lines in (("counts", page.counts), ("calls", page.calls), ("patient", page.patient)):
        blocks.append(page.labels[name])
        blocks += list(plain_lines)
    blocks.append(page.labels["references"])
    blocks += [f"{index}. {words}" for index, words in enumerate(page.references, 1)]
    return "\n".join("\n".join(textwrap.wrap(one, width)) for one in blocks) + "\n"


def _chosen(decision: Decision) -> list[Benefit]:
    """At most seven outcomes: each comparison's first in turn, so that none crowds the others out."""
    queues = [list(one.cell.benefits) for one in sorted(decision.compared, key=lambda one: one.cell.group != "sham")]
    found: list[Benefit] = []
    while any(queues) and len(found) < MOST_OUTCOMES:
        for queue in queues:
            if queue and len(found) < MOST_OUTCOMES:
                found.append(queue.pop(0))
    return found


def _mark(source: tuple[str, ...], order: list[str]) -> str:
    found = [f"{order.index(one) + 1}" for one in source if one in order]
    return f" [{', '.join(found)}]" if found else ""


def _outcome(one: Benefit, decision: Decision, phrases: Phrases, order: list[str]) -> Outcome:
    group = phrases.say(f"onepager.group.{one.group}")
    name = phrases.say("onepager.outcome", {"outcome": capital(one.plain_name), "group": group})
    people = phrases.say("onepager.people", {"n": f"{one.people:,}", "k": len(one.trials)}) + _mark(one.source, order)
    found = one.per_hundred
    if found is None:
        words = capital(measure_words(one, decision, phrases, ""))
        sentence = phrases.say("onepager.sentence", {"words": words, "group": group})
        return Outcome("", "", "", "", people, one.certainty.level, sentence)
    return Outcome(
        name,
        whole(found.control),
        f"{whole(found.treated)} ({whole(found.treated_low)} to {whole(found.treated_high)})",
        people_words(found.difference, found.difference_low, found.difference_high, phrases),
        people,
        one.certainty.level,
    )


def _verdict(decision: Decision, phrases: Phrases) -> str:
    levels = [one.certainty.level for compared in decision.compared for one in compared.cell.benefits]
    if not levels:
        return phrases.say("onepager.verdict.none", {"condition": decision.topic.clinical_name, "n": decision.trials})
    best = next(level for level in ("high", "moderate", "low", "very low") if level in levels)
    fields = {"condition": decision.topic.clinical_name, "n": decision.trials}
    return phrases.say(f"onepager.verdict.{best.replace(' ', '-')}", fields)


def _harms(decision: Decision, phrases: Phrases) -> str:
    first = next((line for line in decision.common if line.harm.event == "any_ae"), None)
    said = []
    if first is not None:
        harm = first.harm
        fields = {"x": whole(1000 * harm.rate), "low": whole(1000 * harm.low), "high": whole(1000 * harm.high)}
        level = harm.certainty.level if harm.certainty else ""
        said.append(phrases.say("onepager.harm.any", {**fields, "n": f"{harm.total:,.0f}", "level": level}))
    if decision.serious is not None:
        harm = decision.serious.harm
        fields = {"x": f"{harm.events:,.0f}", "n": f"{harm.total:,.0f}"}
        fields |= {"low": short(1e5 * harm.low), "high": short(1e5 * harm.high)}
        said.append(phrases.say("onepager.harm.serious", fields))
        if harm.other is not None:
            count = harm.other.largest
            fields = {"x": f"{count.events:,.0f}", "n": f"{count.denominator:,.0f}"}
            said.append(phrases.say("onepager.harm.asked", fields))
    if decision.lung is not None:
        harm = decision.lung.harm
        said.append(phrases.say("onepager.harm.lung", {"x": f"{harm.events:,.0f}", "n": f"{harm.total:,.0f}"}))
    return " ".join(said)


def _option(one: Option, phrases: Phrases, order: list[str]) -> Say:
    fields = {"number": option_words(one, phrases), "outcome": one.effect.outcome, "comparator": one.effect.comparator}
    words = phrases.say("onepager.option", fields)
    if one.effect.certainty:
        words += f"; {phrases.say('onepager.level', {'level': one.effect.certainty})}"
    cost = cost_words(one, phrases)
    if one.harms:
        words += f"; {cost}"
    return Say(f"{words}{_mark(one.effect.source, order)}.", one.rows, f"{capital(one.treatment.clinical_name)}:")


def _guidelines(decision: Decision) -> list[Guideline]:
    """Those that speak of acupuncture first, then the newest, for this condition before the wider one."""
    own = [row for row in decision.guidelines if row.condition in (decision.topic.id, "neuropathy")]
    own.sort(key=lambda row: (row.condition != decision.topic.id, row.covers_acupuncture != "yes", -(row.year or 0)))
    return own[:MOST_GUIDELINES]


def _guideline(row: Guideline, phrases: Phrases, order: list[str]) -> Say:
    strength = f" ({row.strength})" if row.strength else ""
    body = row.body.partition(" (")[2].rstrip(")") or row.body
    return Say(f"{row.recommendation}{strength}{_mark(row.source, order)}", (f"guideline:{row.guideline}",),
               f"{body}{f' {row.year}' if row.year else ''}:")  # fmt: skip


def _flags(decision: Decision, knowledge: Knowledge) -> Iterator[Say]:
    """Red flags as the rules have them: what to do, in the clinician's words."""
    rules = {rule.id: rule for rule in knowledge.rules}
    named = dict.fromkeys(
        rule for kind in ("hospital", "doctor") for row in decision.parts if row.kind == kind for rule in row.rules
    )
    for name in named:
        rule = rules[name]
        yield Say(rule.instead, (f"rule:{name}",), f"{rule.title}:")


def _counts(knowledge: Knowledge, phrases: Phrases) -> Iterator[str]:
    rows = {row.setting: row for row in knowledge.rows(Setting)}
    for name in SETTINGS:
        row = rows[name]
        label = phrases.say("default") if row.basis == "default" else phrases.say("onepager.published")
        fields = {"value": plain(row.default_value), "unit": phrases.say(f"onepager.unit.{name}"), "label": label}
        yield phrases.say(f"onepager.setting.{name}", fields)


def _patient(decision: Decision, phrases: Phrases) -> tuple[str, ...]:
    """Two sentences to say to the patient, from the same numbers."""
    benefits = [one for compared in decision.compared for one in compared.cell.benefits]
    first = phrases.say("decision.lead.open" if benefits else "decision.lead.none")
    counted = next((one.counted for one in decision.compared if one.counted is not None), None)
    if counted is None:
        return (first, phrases.say("onepager.patient.none"))
    fields = {
        "treated": whole(counted.treated.value),
        "control": whole(counted.control.value),
        "low": whole(counted.treated.low),
        "high": whole(counted.treated.high),
        "outcome": counted.benefit.plain_name,
        "trial": trial_label(counted.trial, phrases),
    }
    return (first, phrases.say("onepager.patient.counted", fields))
