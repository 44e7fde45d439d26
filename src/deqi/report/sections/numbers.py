"""The full depth of the benefits: effects, pools, subgroups, certainty, published pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deqi.evidence.benefits import BenefitCell, Published, Synthesis
from deqi.evidence.effects import TrialEffect, leaning
from deqi.evidence.estimates import Absolute, Estimate, Subgroups
from deqi.evidence.grade import Certainty
from deqi.report.blocks import Block, Items, Say, Table, cells, say
from deqi.report.phrase import Phrases, capital, number, p_value, plain, span, trial_label
from deqi.report.sections.figures import forest_figure


def synthesis_blocks(
    synthesis: Synthesis, cell: BenefitCell, phrases: Phrases, kinds: Mapping[str, str]
) -> list[Block]:
    """Everything about one family of effects; nothing when no trial gives numbers."""
    if not synthesis.effects:
        return []
    estimate = synthesis.estimate
    if estimate is None:
        key = {1: "benefit.one", 2: "benefit.two"}.get(len(synthesis.effects), "benefit.not_planned")
    else:
        key = "benefit.broad" if cell.broad else "benefit.pool"
    blocks: list[Block] = [Say(phrases.say(key), (), capital(synthesis.name))]
    blocks.append(forest_figure(synthesis, cell, phrases))
    blocks.append(effect_table(synthesis, kinds))
    if estimate is not None:
        blocks += [_estimate_items(estimate), certainty_items(estimate.certainty)]
    if synthesis.subgroups is not None and estimate is not None:
        blocks += _subgroup_blocks(synthesis.subgroups, estimate, kinds)
    if synthesis.absolute is not None:
        blocks.append(_absolute_items(synthesis.absolute))
    return blocks


def brief_numbers(cell: BenefitCell, phrases: Phrases) -> tuple[Say, ...]:
    """Every synthesis (of a broad cell, the planned ones) and every published pool of a comparison, a line each."""
    lines = []
    for synthesis in cell.syntheses:
        if cell.broad and synthesis.domain:
            continue
        name = capital(synthesis.name)
        estimate = synthesis.estimate
        if estimate is not None:
            broad = ", all kinds of neuropathy together" if cell.broad else ""
            lines.append(
                Say(
                    f"{estimate.measure} {number(estimate.value)} ({span(estimate.low, estimate.high)}) in "
                    f"{estimate.k} trials with {estimate.n} people{broad}; a new trial: "
                    f"{span(estimate.prediction_low, estimate.prediction_high)}; certainty {estimate.certainty.level}.",
                    estimate.rows,
                    f"{name} (pooled)",
                )
            )
        elif synthesis.effects:
            words = "; ".join(f"{one.outcome.name}, {result_words(one, phrases)}" for one in synthesis.effects)
            rows = tuple(row for one in synthesis.effects for row in one.rows)
            lines.append(
                Say(f"{words}.", rows, f"{name} ({'both trials' if len(synthesis.effects) == 2 else 'one trial'})")
            )
    for one in cell.published:
        pool = one.pool
        if pool.estimate is not None:
            interval = "" if pool.ci_low is None else f" ({plain(pool.ci_low)} to {plain(pool.ci_high)})"
            favours = f", {one.note.favours}" if one.note and one.note.favours else ""
            words = f"{pool.outcome}: {pool.measure} {plain(pool.estimate)}{interval}{favours}"
            lines.append(Say(words, (f"pool:{pool.pool}",), f"Published, {pool.review}"))
    return tuple(lines)


def result_words(effect: TrialEffect, phrases: Phrases) -> str:
    """One trial's result on its own scale, with the side it is on: some scales go up when people get better."""
    interval = span(effect.natural_low, effect.natural_high)
    side = phrases.say(f"leaning.{leaning(effect)}")
    nothing = 1.0 if effect.measure == "RR" else 0.0
    if leaning(effect) != "neither" and effect.natural_low <= nothing <= effect.natural_high:
        side += f", {phrases.say('leaning.chance')}"
    return f"{trial_label(effect.trial)}: {effect.natural_measure} {number(effect.natural)} ({interval}), {side}"


def effect_table(synthesis: Synthesis, kinds: Mapping[str, str]) -> Table:
    """One line a trial: its result on its own scale and on the scale of the analysis."""
    ratio = synthesis.family == "responder"
    rows = tuple(cells(*_effect_cells(effect, ratio, kinds)) for effect in synthesis.effects)
    head: tuple[str, ...] = (
        "Trial",
        "Condition",
        "Against",
        "Outcome",
        "Acupuncture v control",
        "Result (95 % interval)",
    )
    head += ("How",) if ratio else ("SMD (below zero favours acupuncture)", "How")
    return Table(f"{capital(synthesis.name)}: each trial", head, rows, (4, 5) if ratio else (4, 5, 6))


def _effect_cells(effect: TrialEffect, ratio: bool, kinds: Mapping[str, str]) -> list[str | Say]:
    if effect.events is not None:
        a, n1, c, n2 = effect.events
        sizes = f"{a}/{n1} v {c}/{n2}"
    else:
        sizes = f"{effect.n_acupuncture} v {effect.n_control}"
    found: list[str | Say] = [
        Say(trial_label(effect.trial), (*effect.rows, *(f"source:{one}" for one in effect.source))),
        kinds.get(effect.trial.condition, effect.trial.condition),
        effect.comparator.replace("_", " "),
        effect.outcome.name,
        sizes,
        f"{effect.natural_measure} {number(effect.natural)} ({span(effect.natural_low, effect.natural_high)})",
    ]
    if not ratio:
        half = 1.959963984540054 * effect.vi**0.5
        found.append(f"{number(effect.yi)} ({span(effect.yi - half, effect.yi + half)})")
    found.append(effect.how)
    return found


def _estimate_items(estimate: Estimate) -> Items:
    measure = "Risk ratio" if estimate.measure == "RR" else "Standardised mean difference"
    return Items(
        "The pool",
        (
            Say(
                f"{number(estimate.value)} ({span(estimate.low, estimate.high)}), p {p_value(estimate.p)}",
                estimate.rows,
                measure,
            ),
            Say(span(estimate.prediction_low, estimate.prediction_high), (), "A new trial would be expected between"),
            Say(f"{estimate.k} trials, {estimate.n} people", (), "From"),
            Say(
                f"tau2 {number(estimate.tau2, 3)}, I2 {number(estimate.i2, 0)} %, Q {number(estimate.q, 1)} on "
                f"{estimate.q_df} df, p {p_value(estimate.q_p)}",
                (),
                "How much the trials differ",
            ),
            Say(
                f"{estimate.method}, test {estimate.test} (Hartung-Knapp, variance factor never below 1)", (), "Method"
            ),
        ),
    )


def certainty_items(certainty: Certainty) -> Items:
    """A level and its reasons."""
    return Items(
        f"Certainty: {certainty.level}",
        tuple(Say(one.why, (), f"{one.domain}, down {one.steps}") for one in certainty.reasons),
    )


def _subgroup_blocks(subgroups: Subgroups, estimate: Estimate, kinds: Mapping[str, str]) -> list[Block]:
    rows = tuple(
        cells(
            kinds.get(level.condition, level.condition),
            f"{level.k}",
            f"{level.n}",
            "fewer than three trials: see each trial"
            if level.value is None
            else f"{estimate.measure} {number(level.value)} ({span(level.low, level.high)})",
        )
        for level in subgroups.levels
    )
    blocks: list[Block] = [Table("By condition", ("Condition", "Trials", "People", "Pool"), rows, (1, 2))]
    if subgroups.q is not None and subgroups.p is not None:
        blocks.append(
            say(
                f"Do the conditions differ? Q {number(subgroups.q, 1)} on {subgroups.df} df, p {p_value(subgroups.p)}. "
                "With so few trials the test sees little."
            )
        )
    return blocks


def _absolute_items(absolute: Absolute) -> Items:
    items = [
        Say(
            f"{number(absolute.control, 1)} per 100 ({absolute.baseline_events}/{absolute.baseline_total}, "
            f"{absolute.trial})",
            absolute.rows,
            "Without acupuncture",
        ),
        Say(
            f"{number(absolute.treated, 1)} per 100 ({span(absolute.treated_low, absolute.treated_high, 1)})",
            (),
            "With acupuncture",
        ),
        Say(
            f"{number(absolute.difference, 1)} per 100 ({span(absolute.difference_low, absolute.difference_high, 1)})",
            (),
            "Difference",
        ),
        Say(needed_words(absolute), (), "Number needed to treat"),
        Say(absolute.assumption, (), "Taken for granted"),
    ]
    return Items("Per 100 people, at the control-arm risk of a named trial", tuple(items))


def needed_words(absolute: Absolute) -> str:
    """The number needed to treat in Altman's form: for benefit, through infinity, for harm, when it crosses zero."""
    if absolute.needed is None:
        value = "infinite"
    else:
        value = f"{abs(absolute.needed):.1f} for {'benefit' if absolute.needed > 0 else 'harm'}"
    best, worst = absolute.needed_best, absolute.needed_worst
    if best is None or worst is None:
        return value
    if absolute.crosses:
        return f"{value} (from {abs(best):.1f} for benefit, through infinity, to {abs(worst):.1f} for harm)"
    return f"{value} ({abs(best):.1f} to {abs(worst):.1f})"


def published_table(published: Iterable[Published], caption: str, kinds: Mapping[str, str]) -> Table:
    """Pools as reviews printed them."""
    rows = []
    for one in published:
        pool, note = one.pool, one.note
        result = "no number seen"
        if pool.estimate is not None:
            interval = "" if pool.ci_low is None else f" ({plain(pool.ci_low)} to {plain(pool.ci_high)})"
            result = f"{pool.measure} {plain(pool.estimate)}{interval}".strip()
        rows.append(
            cells(
                Say(pool.review, (f"pool:{pool.pool}", *(f"source:{source}" for source in pool.source))),
                kinds.get(pool.condition, pool.condition).replace("_", " "),
                pool.comparator.replace("_", " "),
                pool.outcome,
                plain(pool.k) if pool.k else "–",
                result,
                note.favours if note else "",
                note.certainty if note else "",
            )
        )
    head = (
        "Review",
        "Condition",
        "Against",
        "Outcome",
        "Trials",
        "Result",
        "Favours",
        "What the review says of certainty",
    )
    return Table(caption, head, tuple(rows), (4, 5))
