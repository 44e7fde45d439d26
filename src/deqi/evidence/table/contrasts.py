"""A table of comparisons between treatments, as a network: `deqi network`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.also import plain_numbers
from deqi.evidence.table.columns import choose, numbers
from deqi.evidence.table.dialects import translate
from deqi.evidence.table.doubts import ask_for_measure, network_doubts
from deqi.evidence.table.effects import effects_of, warn_rows
from deqi.evidence.table.empty import refuse_empty
from deqi.evidence.table.reading import Table, plain
from deqi.evidence.table.sentences import say
from metafit import NetworkFit, StatsInputError, Status, as_fraction, design_test, p_scores, pool_network

NETWORK_METHODS = ("REML", "ML", "DL", "FE")


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A network: the fit, P-scores in the order of its treatments, and the test that designs agree (random effects)."""

    fit: NetworkFit
    scores: tuple[float | None, ...]
    small_is_good: bool
    design_q: tuple[float | None, int, float | None] | None
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The document `deqi network --json` prints."""
        fit = self.fit
        names = [str(one) for one in fit.treatments]
        pairs = [
            {
                "treatment": a,
                "control": b,
                "estimate": plain_numbers(fit.estimate[i, j]),
                "ci": [plain_numbers(fit.ci_low[i, j]), plain_numbers(fit.ci_high[i, j])],
                "p": plain_numbers(fit.p[i, j]),
            }
            for i, a in enumerate(names)
            for j, b in enumerate(names)
            if i < j
        ]
        return {
            "measure": fit.measure,
            "method": fit.method,
            "test": fit.test,
            "treatments": names,
            "studies": fit.studies,
            "pairs": pairs,
            "p_scores": dict(zip(names, self.scores, strict=True)),
            "small_is_good": self.small_is_good,
            "tau2": plain_numbers(fit.tau2),
            "i2": plain_numbers(fit.i2),
            "q": plain_numbers(fit.q),
            "q_df": fit.q_df,
            "q_p": plain_numbers(fit.q_p),
            "designs": None if self.design_q is None else dict(zip(("q", "df", "p"), self.design_q, strict=True)),
            "warnings": list(self.warnings),
        }


def pool_contrasts(
    table: Table,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    reference: str | None = None,
    small_is_good: bool = False,
) -> NetworkTable:
    """Fit a network to a table with study, treatment, control and an effect (treatment minus control) in each row.

    reference: the treatment that others are compared with first in print; None takes the first by name.

    Raises:
        InputError: columns or rows that cannot be used.
    """
    translated = translate(table)
    table = translated.table
    measure = measure or table.measure
    if "treatment" in table.columns and "control" not in table.columns:
        raise InputError(say("network.arms", name=table.name))
    for column in ("study", "treatment", "control"):
        if column not in table.columns:
            raise InputError(
                f"{table.name}, row 1: a network needs the columns study, treatment, control and an effect; "
                f"the header has {', '.join(table.header)}."
            )
    if method.upper() not in NETWORK_METHODS:
        raise InputError(f"--method {method!r} is not known; use one of {', '.join(NETWORK_METHODS)}.")
    if test not in ("z", "t"):
        raise InputError(f"--test {test!r} is not known; use z or t.")
    try:
        level = as_fraction(level)
    except StatsInputError:
        raise InputError("--level must lie between 0 and 100; write 95 or 0.95.") from None
    chosen, known = choose(table, measure, method.upper())
    given = numbers(table, chosen, known)
    ask_for_measure(table, given, chosen, measure)
    refuse_empty(table.name, given, chosen, known)
    effects = effects_of(given, chosen, known)
    place = {name: table.columns.index(name) for name in ("study", "treatment", "control")}
    words = {name: [plain(cells[i]) for _, cells in table.rows] for name, i in place.items()}
    names = set(words["treatment"]) | set(words["control"])
    if reference is not None and reference not in names:
        raise InputError(f"--reference {reference!r} is not a treatment; there are {', '.join(sorted(names))}.")
    label = {one: (f"\0{one}" if one == reference else one) for one in names}  # the reference sorts first
    try:
        fit = pool_network(
            words["study"],
            [label[one] for one in words["treatment"]],
            [label[one] for one in words["control"]],
            effects.yi,
            effects.vi,
            method=method.upper(),  # type: ignore[arg-type]  # checked by metafit, which names what it takes
            test=test,  # type: ignore[arg-type]  # checked by metafit, which names what it takes
            level=level,
            measure=known,
        )
    except StatsInputError as error:
        raise InputError(f"{table.name}: {str(error).replace(chr(0), '')}") from None
    if fit.status != Status.OK:
        raise InputError(
            f"{table.name}: no network can be fitted ({fit.status.name.lower().replace('_', ' ')}); look at the "
            "variances and at which treatments are connected."
        )
    if len(fit.parts) > 1:
        parts = "; ".join(", ".join(str(one).lstrip("\0") for one in part) for part in fit.parts)
        raise InputError(say("network.parts", name=table.name, parts=parts))
    designs = design_test(fit)
    return NetworkTable(
        fit=_renamed(fit),
        scores=tuple(plain_numbers(np.float64(one)) for one in p_scores(fit, small_is_good=small_is_good)),
        small_is_good=small_is_good,
        design_q=None
        if designs is None
        else (
            plain_numbers(designs.between_random.q),
            designs.between_random.df,
            plain_numbers(designs.between_random.p),
        ),
        warnings=(
            *translated.told((*chosen.columns, *place)),
            *warn_rows(effects, given, known, added=True, instead=False),
            *network_doubts(given, sorted(names), fit),
        ),
    )


def _renamed(fit: NetworkFit) -> NetworkFit:
    import dataclasses

    def clean(one: object) -> str:
        return str(one).lstrip("\0")

    data = dataclasses.replace(fit.data, treatments=tuple(clean(one) for one in fit.data.treatments))
    parts = tuple(tuple(clean(one) for one in part) for part in fit.parts)
    return dataclasses.replace(fit, treatments=data.treatments, parts=parts, data=data)
