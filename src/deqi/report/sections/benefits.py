"""Benefits: each comparison in a sentence, on a card, and in full."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from deqi.evidence.benefits import BenefitCell, Evidence
from deqi.evidence.synthesis import TrialDirection, sign_test
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, p_value, trial_label, whole
from deqi.report.sections.figures import direction_figure
from deqi.report.sections.numbers import brief_numbers, published_table, synthesis_blocks
from deqi.report.sections.reviews import own_claims, review_blocks

FEWEST = 3
"""Results below which a count of them says nothing."""
ORDER = ("favours_acupuncture", "mixed", "no_difference", "favours_control", "not_seen", "within_arm_only",
         "not_applicable")  # fmt: skip


def benefit_section(report: Report, phrases: Phrases) -> Section:
    """What good it does, by comparison."""
    heading = phrases.say("benefit.heading")
    if report.evidence is None:
        card, full = review_blocks(report, phrases)
        return Section("benefits", heading, (say(phrases.say("benefit.reviews.lead")),), card, full)
    inner = [
        cell_section(cell, phrases, report.conditions)
        for cell in report.evidence.cells
        if cell.treatment or cell.published
    ]
    inner += [section for section in _aside(report.evidence, phrases, report.conditions) if section is not None]
    lead = [say(phrases.say("benefit.personal"))]
    first = next((place for place, one in enumerate(inner) if one.brief), None)
    if first is not None:  # the short words of statistics are told once, where they first stand
        legend = Say(phrases.say("benefit.measures"), (), phrases.say("benefit.measures.label"))
        inner[first] = dataclasses.replace(inner[first], brief=(legend, *inner[first].brief))
    if not inner:
        lead.append(say(phrases.say("benefit.none")))
    return Section("benefits", heading, tuple(lead), own_claims(report, phrases), inner=tuple(inner))


def cell_section(cell: BenefitCell, phrases: Phrases, kinds: Mapping[str, str]) -> Section:
    """One comparison."""
    sign = cell.sign
    rows = tuple(f"trial:{one.trial.trial}" for one in cell.treatment)
    lead = []
    if sign.seen >= FEWEST:
        lead.append(Say(phrases.say("benefit.lead.seen", {"favour": sign.favour, "seen": sign.seen}), rows))
    else:
        fields = {"seen": sign.seen, "all": sign.seen + sign.not_seen}
        lead.append(Say(phrases.say("benefit.lead.few", fields), rows))
    lead += _pooled_words(cell, phrases)
    card: list[Block] = [say(phrases.say(f"benefit.note.{cell.group}"))]
    if sign.not_seen:
        card.append(say(phrases.say("benefit.not_seen", {"not_seen": sign.not_seen})))
    card += _absolute_words(cell, phrases)
    if cell.certainty:
        card.append(_certainty_words(cell, phrases))
    if cell.treatment:
        figure = direction_figure(cell.treatment, phrases, kinds if cell.broad else {})
        if figure:
            card.append(figure)
        card.append(by_direction(cell.treatment, phrases))
    full: list[Block] = [_sign_words(cell)] if cell.treatment else []
    for synthesis in cell.syntheses:
        full += synthesis_blocks(synthesis, cell, phrases, kinds)
    if cell.published:
        full.append(published_table(cell.published, phrases.say("benefit.published"), kinds))
    if cell.treatment:
        full.append(direction_table(cell.treatment, phrases, phrases.say("benefit.directions"), kinds))
    if cell.companions:
        full.append(direction_table(cell.companions, phrases, phrases.say("benefit.companions"), kinds))
    return Section(
        id=f"benefits-{cell.group.replace('_', '-')}",
        heading=phrases.say(f"group.{cell.group}"),
        lead=tuple(lead),
        card=tuple(card),
        full=tuple(full),
        brief=brief_numbers(cell, phrases),
    )


def _pooled_words(cell: BenefitCell, phrases: Phrases) -> list[Say]:
    """A narrow pool in one sentence. A broad pool never is one: it puts unlike conditions together."""
    words = []
    for synthesis in cell.syntheses:
        estimate = synthesis.estimate
        if estimate is None or cell.broad:
            continue
        null = 1.0 if estimate.measure == "RR" else 0.0
        if estimate.low <= null <= estimate.high:
            key = "open"
        else:
            key = "favour" if (estimate.value > null) == (estimate.measure == "RR") else "against"
        fields = {"k": estimate.k, "n": estimate.n, "outcome": synthesis.plain_name}
        said = phrases.say(f"benefit.pooled.{key}", fields)
        words.append(Say(said, estimate.rows))
    return words


def _absolute_words(cell: BenefitCell, phrases: Phrases) -> list[Say]:
    words = []
    for synthesis in cell.syntheses:
        absolute = synthesis.absolute
        if absolute is None or cell.broad:
            continue
        fields = {"treated": whole(absolute.treated), "control": whole(absolute.control), "trial": absolute.trial}
        named = next(one.trial for one in synthesis.effects if one.trial.trial == absolute.trial)
        key = "benefit.absolute" if synthesis.estimate else "benefit.absolute.one"
        said = phrases.say(key, {**fields, "trial": trial_label(named)})
        ends = {"low": whole(absolute.treated_low), "high": whole(absolute.treated_high)}
        said += f" {phrases.say('benefit.absolute.range', ends)}"
        if absolute.treated_low <= absolute.control <= absolute.treated_high:
            said += f" {phrases.say('benefit.absolute.chance')}"
        words.append(Say(said, absolute.rows))
    return words


def _certainty_words(cell: BenefitCell, phrases: Phrases) -> Say:
    assert cell.certainty is not None
    level = phrases.say(f"level.{cell.certainty.level}")
    return say(phrases.say("benefit.certainty", {"level": level}))


def _sign_words(cell: BenefitCell) -> Say:
    """The sign test for those who want it."""
    sign = cell.sign
    if sign.p is None:
        return say(f"Sign test: {sign.favour} of {sign.seen} favour acupuncture; fewer than five results, no test.")
    return say(
        f"Sign test: {sign.favour} of {sign.seen} favour acupuncture, two-sided p = {p_value(sign.p)}. "
        "Results without a clear difference count as not favouring it."
    )


def by_direction(found: Iterable[TrialDirection], phrases: Phrases) -> Items:
    """The trials by which way they went, each with its size."""
    rows = list(found)
    items = []
    for direction in ORDER:
        here = [one for one in rows if one.direction == direction]
        if here:
            names = ", ".join(trial_label(one.trial) + (f" ({one.n})" if one.n else "") for one in here)
            strong = f"{phrases.say('mark.' + direction)} {phrases.say('direction.' + direction)} ({len(here)})"
            items.append(Say(names, tuple(f"trial:{one.trial.trial}" for one in here), strong))
    return Items(phrases.say("benefit.directions"), tuple(items))


def direction_table(found: Iterable[TrialDirection], phrases: Phrases, caption: str, kinds: Mapping[str, str]) -> Table:
    """Every result with what was found and why there may be no number."""
    rows = tuple(
        cells(
            Say(trial_label(one.trial), (f"trial:{one.trial.trial}", *(f"source:{source}" for source in one.source))),
            kinds.get(one.trial.condition, one.trial.condition),
            one.comparator.replace("_", " "),
            "–" if one.n is None else f"{one.n}",
            f"{phrases.say('mark.' + one.direction)} {phrases.say('direction.' + one.direction)}",
            one.summary,
            one.numbers_reason or one.numbers_status.replace("_", " "),
        )
        for one in found
    )
    head = ("Trial", "Condition", "Against", "People", "Result", "What was found", "Numbers")
    return Table(caption, head, rows, (3,))


def _aside(evidence: Evidence, phrases: Phrases, kinds: Mapping[str, str]) -> Iterable[Section | None]:
    """What is shown and not counted: prevention, studies without chance, without controls, mixed published pools."""
    prevention = tuple(one for cell in evidence.cells for one in cell.prevention)
    yield _prevention(prevention, phrases, kinds) if prevention else None
    loose = tuple(one for cell in evidence.cells for one in cell.not_randomised)
    if loose:
        caption = phrases.say("benefit.not_randomised")
        yield Section(
            "benefits-not-randomised",
            caption,
            (say(phrases.say("benefit.not_randomised.lead")),),
            (by_direction(loose, phrases),),
            (direction_table(loose, phrases, caption, kinds),),
        )
    if evidence.other:
        caption = phrases.say("benefit.other")
        yield Section(
            "benefits-other",
            caption,
            (say(phrases.say("benefit.other.lead", {"count": len(evidence.other)})),),
            (),
            (direction_table(evidence.other, phrases, caption, kinds),),
        )
    if evidence.published_mixed:
        caption = phrases.say("benefit.published.mixed")
        yield Section(
            "benefits-published",
            caption,
            (say(phrases.say("benefit.published.mixed.lead", {"count": len(evidence.published_mixed)})),),
            (),
            (published_table(evidence.published_mixed, caption, kinds),),
        )


def _prevention(prevention: tuple[TrialDirection, ...], phrases: Phrases, kinds: Mapping[str, str]) -> Section:
    sign = sign_test(prevention)
    caption = phrases.say("benefit.prevention")
    card: list[Block] = []
    figure = direction_figure(prevention, phrases, {})
    if figure:
        card.append(figure)
    card.append(by_direction(prevention, phrases))
    return Section(
        "benefits-prevention",
        caption,
        (say(phrases.say("benefit.prevention.lead", {"favour": sign.favour, "seen": sign.seen})),),
        tuple(card),
        (direction_table(prevention, phrases, caption, kinds),),
    )
