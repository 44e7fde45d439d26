"""A synthesis pooled again by somebody's choice, as blocks and as a table of numbers."""

from __future__ import annotations

import dataclasses
import math

import msgspec

from deqi.evidence.repool import Repooled
from deqi.report.blocks import Block, Say, Table, cells, say
from deqi.report.phrase import Phrases, number, span, trial_label
from deqi.report.sections.figures import forest_figure

CSV_HEAD = ("trial", "year", "measure", "yi", "vi", "value", "low", "high", "n_acupuncture", "n_control", "weight")


def result_words(found: Repooled, phrases: Phrases) -> str:
    """The pool in a sentence; why there is none where there is none."""
    estimate = found.estimate
    fields: dict[str, object] = {"k": len(found.chosen), "n": f"{sum(one.people for one in found.chosen):,}"}
    if estimate is None:
        why = "mixed" if found.mixed else ("few" if found.chosen else "nothing")
        return phrases.say(f"repool.{why}", fields)
    fields |= {"value": number(estimate.value), "interval": span(estimate.low, estimate.high)}
    fields |= {"measure": phrases.say(f"repool.measure.{estimate.measure}"), "method": found.method}
    said = phrases.say("repool.result", fields)
    if estimate.prediction_low is not None:
        predicted = span(estimate.prediction_low, estimate.prediction_high)
        said += " " + phrases.say("repool.predicted", {"interval": predicted})
    spread = {"i2": number(estimate.i2, 0), "tau2": number(estimate.tau2, 3)}
    return said + " " + phrases.say("repool.spread", spread)


def repooled_blocks(found: Repooled, phrases: Phrases) -> tuple[Block, ...]:
    """The sentence, the forest plot and the pool with each trial left out."""
    blocks: list[Block] = [say(result_words(found, phrases))]
    if found.chosen:
        shown = dataclasses.replace(found.synthesis, effects=found.chosen, estimate=found.estimate)
        blocks.append(forest_figure(shown, found.cell, phrases))
    if found.without:
        names = {one.trial.trial: trial_label(one.trial, phrases) for one in found.chosen}
        rows = tuple(cells(Say(names[one.trial]), number(one.value), span(one.low, one.high)) for one in found.without)
        head = tuple(phrases.say(f"repool.without.{name}") for name in ("trial", "value", "interval"))
        blocks.append(Table(phrases.say("repool.without"), head, rows, numeric=(1, 2)))
    return tuple(blocks)


def repooled_rows(found: Repooled) -> tuple[tuple[object, ...], ...]:
    """The trials as a table, a row each in the order of `CSV_HEAD`; it can be pooled again by anybody."""
    weights = found.estimate.weights if found.estimate else (math.nan,) * len(found.chosen)
    return tuple(
        (
            one.trial.trial,
            one.trial.year,
            one.measure,
            one.yi,
            one.vi,
            one.natural,
            one.natural_low,
            one.natural_high,
            one.n_acupuncture,
            one.n_control,
            None if math.isnan(weight) else weight,
        )
        for one, weight in zip(found.chosen, weights, strict=True)
    )


def repooled_json(found: Repooled, edition: str) -> bytes:
    """The same as JSON, with the edition it was computed from."""
    body = {
        "edition": edition,
        "condition": found.cell.condition.condition,
        "group": found.cell.group,
        "outcome": found.synthesis.measured.name,
        "method": found.method,
        "estimate": found.estimate,
        "leave_one_out": found.without,
        "trials": [dict(zip(CSV_HEAD, row, strict=True)) for row in repooled_rows(found)],
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2)
