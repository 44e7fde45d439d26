"""Absolute effects as sentences and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from metafit.display.columns import Column, Rows, table
from metafit.display.summary import Summary, number
from metafit.text import say

if TYPE_CHECKING:
    from metafit.absolute import Absolute, Nnt


def _one(value: Any) -> str:
    return number(value, 1)


def absolute_rows(found: Absolute) -> Rows:
    """A row an answer: people without and with treatment, and the difference, with intervals."""
    within = {"treated_low": found.treated_low, "treated_high": found.treated_high}
    apart = {"difference_low": found.difference_low, "difference_high": found.difference_high}
    columns = [
        Column(say("people.without"), {"control": found.control}, _one),
        Column(say("people.with"), {"treated": found.treated}, _one),
        Column(say("interval"), within, _one),
        Column("difference", {"difference": found.difference}, _signed),
        Column(say("interval"), apart, _signed),
    ]
    return table(columns)


def absolute(found: Absolute) -> Summary:
    """A sentence; of several answers, a table."""
    notes = (say("assuming", what=found.assumption.value),)
    if np.ndim(found.treated) > 0:
        return absolute_rows(found).summary(say("title.Absolute", per=f"{found.per:g}"), notes=notes)
    sentence = say(
        "absolute",
        per=f"{found.per:g}",
        control=_one(found.control),
        treated=_one(found.treated),
        low=_one(found.treated_low),
        high=_one(found.treated_high),
        difference=_signed(found.difference),
        least=_signed(found.difference_low),
        most=_signed(found.difference_high),
    )
    return Summary(sentence, notes=notes)


def _signed(value: Any) -> str:
    return f"{float(value):+.1f}" if np.isfinite(value) else number(value)


def needed_rows(found: Nnt) -> Rows:
    """A row an answer, with the direction of each number."""
    columns = [
        Column("NNT", {"value": found.value}, _one),
        Column("", {"benefit": found.benefit}, _direction),
        Column(say("best-end"), {"best": found.best}, _one),
        Column("", {"best_benefit": found.best_benefit}, _direction),
        Column(say("worst-end"), {"worst": found.worst}, _one),
        Column("", {"worst_benefit": found.worst_benefit}, _direction),
        Column(say("crosses"), {"crosses": found.crosses}, lambda flag: say("yes") if flag else ""),
    ]
    return table(columns)


def _direction(benefit: Any) -> str:
    return say("benefit") if benefit else say("harm")


def needed(found: Nnt) -> Summary:
    """A sentence as Altman (1998) writes it; of several answers, a table."""
    if np.ndim(found.value) > 0:
        return needed_rows(found).summary(say("title.Nnt"))

    def told(value: Any, benefit: Any) -> str:
        return f"NNT{'B' if benefit else 'H'} {_one(value)}"

    middle, best, worst = (
        told(found.value, found.benefit),
        told(found.best, found.best_benefit),
        told(found.worst, found.worst_benefit),
    )
    key = "nnt.crosses" if found.crosses else "nnt"
    return Summary(say(key, middle=middle, best=best, worst=worst))
