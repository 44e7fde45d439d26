"""The full depth of the benefits: effects, pools, subgroups, certainty, published pools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from deqi.evidence.benefits import BenefitCell, Published
from deqi.evidence.effects import TrialEffect
from deqi.evidence.estimates import Absolute, Estimate, Subgroups
from deqi.evidence.outcomes import Synthesis
from deqi.knowledge.tables.sources import Source
from deqi.report.blocks import Block, Items, Say, Table, cells, say
from deqi.report.model import Networks
from deqi.report.phrase import Phrases, capital, number, p_value, plain, span, trial_label
from deqi.report.sections.figures import forest_figure

FIRST_AUTHOR = re.compile(
    r"([A-Z][\w'’-]+)(?: [A-Z]{1,3}\b| et al| and others)|([A-Z][a-z][\w'’-]*)(?:, [A-Z][\w'’-]+)? (?:19|20)\d\d\b"
)
"""How a citation begins that names its first author."""


def synthesis_blocks(
    synthesis: Synthesis, cell: BenefitCell, phrases: Phrases, kinds: Mapping[str, str]
) -> list[Block]:
    """Everything about one outcome; nothing when no trial gives numbers."""
    if not synthesis.effects:
        return []
    estimate, name = synthesis.estimate, capital(synthesis.measured.name)
    if estimate is not None:
        key = "benefit.broad" if cell.broad else "benefit.pool"
    elif synthesis.not_pooled == "few":
        key = "benefit.one" if len(synthesis.effects) == 1 else "benefit.two"
    else:
        key = f"benefit.not_pooled.{synthesis.not_pooled}"
    blocks: list[Block] = [Say(phrases.say(key), (), name)]
    blocks.append(forest_figure(synthesis, cell, phrases))
    blocks.append(effect_table(synthesis, kinds, phrases))
    if estimate is not None:
        blocks.append(_estimate_items(estimate, phrases))
    if synthesis.subgroups is not None and estimate is not None:
        blocks += _subgroup_blocks(synthesis.subgroups, estimate, kinds, phrases)
    for benefit in synthesis.benefits:
        if benefit.per_hundred is not None:
            blocks.append(_absolute_items(benefit.per_hundred, phrases))
    return blocks


def review_labels(sources: Iterable[Source]) -> dict[str, str]:
    """Reviews as a reader knows them: first author and year."""
    return {row.source: cited(row) for row in sources}


def cited(source: Source) -> str:
    """The first author and the year of a work; the year alone where no author is named."""
    named = FIRST_AUTHOR.match(source.cite)
    surname = (named[1] or named[2]) if named else source.kind.capitalize()
    year = f"{source.year}" if source.year else ""
    return f"{surname} {year}".strip()


def network_blocks(verdict: Networks, phrases: Phrases) -> tuple[Block, ...]:
    """The networks that are sound enough, each with its caveats; else why there is none."""
    if not verdict.shown:
        if not verdict.nearest:
            return (say(phrases.say("network.none")),)
        fields = {"outcome": verdict.nearest, "first": verdict.trials[0], "second": verdict.trials[1]}
        return (say(phrases.say("network.few", fields)),)
    blocks: list[Block] = []
    for one in verdict.shown:
        rows = tuple(
            cells(
                Say(f"{pair.treatment} v {pair.control}".replace("_", " "), one.rows),
                f"{one.measure} {number(pair.value)} ({span(pair.low, pair.high)})",
                f"{pair.trials}",
                f"{100 * pair.share:.0f} %",
                pair.certainty.level,
            )
            for pair in one.comparisons
        )
        head = tuple(phrases.say(f"head.{key}") for key in ("comparison", "result", "trials", "direct", "certainty"))
        blocks.append(Table(phrases.say("network.heading"), head, rows, (1, 2, 3)))
        blocks.append(Items("", tuple(say(phrases.say(f"network.caveat.{caveat}")) for caveat in one.caveats)))
    return tuple(blocks)


def effect_table(synthesis: Synthesis, kinds: Mapping[str, str], phrases: Phrases) -> Table:
    """One line a trial: its result on its own scale and on the scale of the analysis."""
    ratio = synthesis.measured.family == "responder"
    rows = tuple(cells(*_effect_cells(effect, ratio, kinds, phrases)) for effect in synthesis.effects)
    names = ("trial", "condition", "against", "outcome", "arms", "interval", *(() if ratio else ("smd",)), "how")
    head = tuple(phrases.say(f"head.{name}") for name in names)
    title = phrases.say("numbers.trials", {"outcome": capital(synthesis.measured.name)})
    return Table(title, head, rows, (4, 5) if ratio else (4, 5, 6))


def _effect_cells(effect: TrialEffect, ratio: bool, kinds: Mapping[str, str], phrases: Phrases) -> list[str | Say]:
    if effect.events is not None:
        a, n1, c, n2 = effect.events
        sizes = phrases.say("numbers.counts", {"a": a, "n1": n1, "c": c, "n2": n2})
    else:
        sizes = phrases.say("numbers.use.arms", {"treated": effect.n_acupuncture, "control": effect.n_control})
    found: list[str | Say] = [
        Say(trial_label(effect.trial, phrases), (*effect.rows, *(f"source:{one}" for one in effect.source))),
        kinds.get(effect.trial.condition, effect.trial.condition),
        phrases.say("benefit.on_top", {"added": effect.design.added_to})
        if effect.design.added_to
        else effect.comparator.replace("_", " "),
        effect.outcome.name,
        sizes,
        f"{effect.natural_measure} {number(effect.natural)} ({span(effect.natural_low, effect.natural_high)})",
    ]
    if not ratio:
        half = 1.959963984540054 * effect.vi**0.5
        found.append(f"{number(effect.yi)} ({span(effect.yi - half, effect.yi + half)})")
    how = phrases.say(f"how.{effect.how}")
    how += f" ({phrases.say(f'how.score.{effect.score}')})" if effect.how == "printed_difference" else ""
    how += f"; {phrases.say('how.adjusted')}" if effect.adjusted else ""
    how += f"; {phrases.say('how.crossover')}" if effect.design.allocation == "crossover" else ""
    found.append(how)
    return found


def _estimate_items(estimate: Estimate, phrases: Phrases) -> Items:
    interval = span(estimate.low, estimate.high)
    fields = {"value": number(estimate.value), "interval": interval, "p": p_value(estimate.p)}
    measure = phrases.say(f"numbers.measure.{'RR' if estimate.measure == 'RR' else 'SMD'}")
    lines = [Say(phrases.say("numbers.estimate", fields), estimate.rows, measure)]
    if estimate.prediction_low is not None:
        predicted = span(estimate.prediction_low, estimate.prediction_high)
        lines.append(Say(predicted, (), phrases.say("head.predicted")))
    spread = {
        "tau2": number(estimate.tau2, 3),
        "i2": number(estimate.i2, 0),
        "q": number(estimate.q, 1),
        "df": estimate.q_df,
        "p": p_value(estimate.q_p),
    }
    named: dict[str, dict[str, object]] = {
        "from": {"k": estimate.k, "n": estimate.n},
        "differ": dict(spread),
        "method": {"method": estimate.method, "test": estimate.test},
    }
    lines += [
        Say(phrases.say(f"numbers.{name}.words", found), (), phrases.say(f"numbers.{name}"))
        for name, found in named.items()
    ]
    return Items(phrases.say("numbers.pool"), tuple(lines))


def _subgroup_blocks(
    subgroups: Subgroups, estimate: Estimate, kinds: Mapping[str, str], phrases: Phrases
) -> list[Block]:
    rows = tuple(
        cells(
            kinds.get(level.condition, level.condition),
            f"{level.k}",
            f"{level.n}",
            phrases.say("numbers.groups.few")
            if level.value is None
            else f"{estimate.measure} {number(level.value)} ({span(level.low, level.high)})",
        )
        for level in subgroups.levels
    )
    head = (*(phrases.say(f"head.{name}") for name in ("condition", "trials", "people")),
            phrases.say("numbers.groups.pool"))  # fmt: skip
    blocks: list[Block] = [Table(phrases.say("numbers.groups"), head, rows, (1, 2))]
    if subgroups.q is not None and subgroups.p is not None:
        fields = {"q": number(subgroups.q, 1), "df": subgroups.df, "p": p_value(subgroups.p)}
        blocks.append(say(phrases.say("numbers.groups.test", fields)))
    return blocks


def _absolute_items(absolute: Absolute, phrases: Phrases) -> Items:
    control = {
        "control": number(absolute.control, 1),
        "events": absolute.baseline_events,
        "total": absolute.baseline_total,
        "trial": absolute.trial,
    }
    treated = {
        "value": number(absolute.treated, 1),
        "interval": span(absolute.treated_low, absolute.treated_high, 1),
    }
    difference = {
        "value": number(absolute.difference, 1),
        "interval": span(absolute.difference_low, absolute.difference_high, 1),
    }
    items = (
        Say(phrases.say("numbers.hundred.control", control), absolute.rows, phrases.say("head.without")),
        Say(phrases.say("numbers.hundred.value", treated), (), phrases.say("head.with")),
        Say(phrases.say("numbers.hundred.value", difference), (), phrases.say("numbers.hundred.difference")),
        Say(needed_words(absolute, phrases), (), phrases.say("numbers.needed")),
        Say(absolute.assumption, (), phrases.say("numbers.assumed")),
    )
    return Items(phrases.say("numbers.hundred"), items)


def needed_words(absolute: Absolute, phrases: Phrases) -> str:
    """The number needed to treat in Altman's form: for benefit, through infinity, for harm, when it crosses zero."""
    if absolute.needed is None:
        value = phrases.say("numbers.needed.infinite")
    else:
        side = "benefit" if absolute.needed > 0 else "harm"
        value = phrases.say(f"numbers.needed.{side}", {"value": f"{abs(absolute.needed):.1f}"})
    best, worst = absolute.needed_best, absolute.needed_worst
    if best is None or worst is None:
        return value
    if absolute.crosses:
        ends = {"value": value, "best": f"{abs(best):.1f}", "worst": f"{abs(worst):.1f}"}
        return phrases.say("numbers.needed.through", ends)
    ends = {"value": value, "low": f"{abs(best):.1f}", "high": f"{abs(worst):.1f}"}
    return phrases.say("numbers.needed.interval", ends)


def published_table(published: Iterable[Published], caption: str, kinds: Mapping[str, str], phrases: Phrases) -> Table:
    """Pools as reviews printed them, with what was compared in their words."""
    rows = []
    for one in published:
        pool, note = one.pool, one.note
        result = phrases.say("numbers.none")
        if pool.estimate is not None:
            interval = "" if pool.ci_low is None else f" ({plain(pool.ci_low)} to {plain(pool.ci_high)})"
            result = f"{pool.measure} {plain(pool.estimate)}{interval}".strip()
        rows.append(
            cells(
                Say(pool.review, (f"pool:{pool.pool}", *(f"source:{source}" for source in pool.source))),
                kinds.get(pool.condition, pool.condition).replace("_", " "),
                note.compared or pool.comparator.replace("_", " "),
                pool.outcome,
                plain(pool.k) if pool.k else "–",
                result,
                note.favours,
                note.certainty,
                note.repeats or "–",
            )
        )
    names = ("review", "condition", "compared", "outcome", "trials", "result", "favours", "review_certainty", "repeats")
    return Table(caption, tuple(phrases.say(f"head.{name}") for name in names), tuple(rows), (4, 5))
