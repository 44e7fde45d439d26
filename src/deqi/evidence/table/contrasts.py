"""A table of comparisons between treatments, as a network: `deqi network`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.also import plain_numbers
from deqi.evidence.table.comparisons import NetworkRows, network_rows
from deqi.evidence.table.doubts import network_doubts
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.evidence.table.spelling import asked
from deqi.evidence.table.wrongway import turned_round
from metafit import (
    ComponentFit,
    DesignTest,
    LeagueTable,
    NetworkFit,
    NodeSplits,
    Rankogram,
    Split,
    Splits,
    StatsInputError,
    Status,
    as_fraction,
    component_network,
    design_test,
    league_table,
    node_splits,
    p_scores,
    pool_network,
    rankogram,
    split_evidence,
)
from metafit.network.consistency import QTest
from metafit.network.fit import PREDICTIONS

NETWORK_METHODS = ("REML", "ML", "DL", "FE")
#: Comparisons and treatments where others wait: some seconds of work with all that can be asked for.
MOST_ROWS_SERVED, MOST_TREATMENTS_SERVED = 200, 20
NETWORK_TESTS = ("z", "t")
PREDICTION_WAYS = ("V", "HTS", "S")
ALSO = ("league", "ranks", "splits", "node-splits", "designs", "components")


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A network: the fit, P-scores in the order of its treatments, and the test that designs agree (random effects)."""

    fit: NetworkFit
    scores: tuple[float | None, ...]
    small_is_good: bool
    design_q: tuple[float | None, int, float | None] | None
    warnings: tuple[str, ...]
    league: LeagueTable | None = None
    ranks: Rankogram | None = None
    splits: Splits | None = None
    node_splits: NodeSplits | None = None
    designs: DesignTest | None = None
    components: ComponentFit | None = None

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
                "prediction": [plain_numbers(fit.prediction_low[i, j]), plain_numbers(fit.prediction_high[i, j])],
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
            "prediction": fit.prediction,
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
            **self._made(),
        }

    def _made(self) -> dict[str, Any]:
        """What was asked for beside the fit: league table on the natural scale, ranks, splits, designs, components."""
        found: dict[str, Any] = {}
        if self.league is not None:
            found["league"] = _league(self.league)
        if self.ranks is not None:
            ranks = self.ranks
            found["ranks"] = {
                "treatments": [str(one) for one in ranks.treatments],
                "probability": [plain_numbers(row) for row in ranks.probability],
                "sucra": plain_numbers(ranks.sucra),
                "mean_rank": plain_numbers(ranks.mean_rank),
                "draws": ranks.draws,
                "seed": ranks.seed if ranks.draws else None,
            }
        for name, pairs in (("splits", self.splits), ("node_splits", self.node_splits)):
            if pairs is not None:
                found[name] = [_split(one) for one in pairs]
        if self.designs is not None:
            found["design_test"] = _designs(self.designs)
        if self.components is not None:
            fit = self.components
            tests = {"additive": fit.additive, "standard": fit.standard, "difference": fit.difference}
            found["components"] = {
                "inactive": fit.inactive,
                "estimates": [
                    {
                        "component": name,
                        "estimate": plain_numbers(fit.estimate[i]),
                        "ci": [plain_numbers(fit.ci_low[i]), plain_numbers(fit.ci_high[i])],
                        "p": plain_numbers(fit.p[i]),
                    }
                    for i, name in enumerate(fit.components)
                ],
                "tau2": plain_numbers(fit.tau2),
                **{name: _tested(one) for name, one in tests.items()},
            }
        return found


def _tested(test: QTest) -> dict[str, Any]:
    return {"q": plain_numbers(test.q), "df": test.df, "p": plain_numbers(test.p)}


def _split(one: Split) -> dict[str, Any]:
    numbers = ("share", "direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "p", "tau2")
    named = {"treatment": str(one.treatment), "control": str(one.control), "studies": one.studies}
    return named | {name: plain_numbers(getattr(one, name)) for name in numbers}


def _designs(test: DesignTest) -> dict[str, Any]:
    parts = ("total", "within", "between", "between_random")
    each = [
        {"treatments": [str(one) for one in names], "studies": count, **_tested(q)} for names, count, q in test.designs
    ]
    whole = {name: _tested(getattr(test, name)) for name in parts}
    return {**whole, "tau2_within": plain_numbers(test.tau2_within), "designs": each}


def _league(table: LeagueTable) -> list[dict[str, Any]]:
    names = [str(one) for one in table.treatments]
    return [
        {
            "treatment": a,
            "control": b,
            "estimate": plain_numbers(table.estimate[i, j]),
            "ci": [plain_numbers(table.ci_low[i, j]), plain_numbers(table.ci_high[i, j])],
            "direct": plain_numbers(table.direct[i, j]),
            "direct_ci": [plain_numbers(table.direct_low[i, j]), plain_numbers(table.direct_high[i, j])],
            "studies": int(table.studies[i, j]),
        }
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j
    ]


def pool_contrasts(
    table: Table,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    reference: str | None = None,
    small_is_good: bool = False,
    also: tuple[str, ...] = (),
    inactive: str | None = None,
    separator: str = "+",
    prediction: str = "V",
    served: bool = False,
) -> NetworkTable:
    """Fit a network to a table with a row a comparison, a row an arm, or a row a study with its arms side by side.

    reference: the treatment that others are compared with first in print; None takes the first by name. also: names
    of ALSO, or all. inactive, separator: for components. prediction: V, HTS or S, or metafor's t, riley, z.
    served: others wait for the machine, so large networks are refused.

    Raises:
        InputError: columns or rows that cannot be used.
    """
    if method.upper() not in NETWORK_METHODS:
        raise InputError(f"--method {method!r} is not known; use one of {', '.join(NETWORK_METHODS)}.")
    if prediction.upper() not in PREDICTIONS:
        raise InputError(say("network.prediction", found=repr(prediction)))
    if test not in NETWORK_TESTS:
        raise InputError(f"--test {test!r} is not known; use z or t.")
    try:
        level = as_fraction(level)
    except StatsInputError:
        raise InputError("--level must lie between 0 and 100; write 95 or 0.95.") from None
    wanted = _wanted(also, inactive)
    rows = network_rows(table, measure)
    names = {*rows.treatment, *rows.control}
    if served and (len(rows.study) > MOST_ROWS_SERVED or len(names) > MOST_TREATMENTS_SERVED):
        counts = {"rows": f"{len(rows.study):,}", "treatments": f"{len(names):,}"}
        most = {"most": MOST_ROWS_SERVED, "most_treatments": MOST_TREATMENTS_SERVED}
        raise InputError(say("network.served", name=table.name, **counts, **most))
    if reference is not None and reference not in names:
        raise InputError(f"--reference {reference!r} is not a treatment; there are {', '.join(sorted(names))}.")
    label = {one: (f"\0{one}" if one == reference else one) for one in names}  # the reference sorts first

    def fitted(keep: list[int]) -> NetworkFit:
        v = rows.v[keep] if rows.v.ndim == 1 else rows.v[np.ix_(keep, keep)]
        return pool_network(
            [rows.study[i] for i in keep],
            [label[rows.treatment[i]] for i in keep],
            [label[rows.control[i]] for i in keep],
            rows.yi[keep],
            v,
            method=method.upper(),  # type: ignore[arg-type]  # checked by metafit, which names what it takes
            test=test,  # type: ignore[arg-type]  # checked by metafit, which names what it takes
            level=level,
            measure=rows.measure,
            prediction=prediction,
        )

    try:
        fit = fitted(list(range(len(rows.study))))
        if fit.status != Status.OK:
            raise InputError(_why(table.name, fit, rows, fitted))
    except StatsInputError as error:
        raise InputError(f"{table.name}: {str(error).replace(chr(0), '')}") from None
    fit, designs = _renamed(fit), design_test(fit)
    parts = "; ".join(", ".join(map(str, part)) for part in fit.parts)
    questions = asked(sorted(names))
    gone = sorted(set(rows.named) - set(map(str, fit.treatments)))
    if len(fit.parts) > 1 and "components" not in wanted:
        raise InputError(" ".join((say("network.parts", name=table.name, parts=parts), *questions)))
    return NetworkTable(
        fit=fit,
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
            *rows.notes,
            *([say("network.gone", names=some(gone))] if gone else []),
            *network_doubts(rows.given, fit),
            *turned_round(rows),
            *questions,
            *([say("network.parts-joined", parts=parts)] if len(fit.parts) > 1 else []),
        ),
        league=league_table(fit, small_is_good=small_is_good) if "league" in wanted else None,
        ranks=rankogram(fit, small_is_good=small_is_good) if "ranks" in wanted else None,
        splits=split_evidence(fit) if "splits" in wanted else None,
        node_splits=node_splits(fit) if "node-splits" in wanted else None,
        designs=designs if "designs" in wanted else None,
        components=_components(fit, inactive, separator) if "components" in wanted else None,
    )


def _wanted(also: tuple[str, ...], inactive: str | None) -> set[str]:
    asked = {one.strip().casefold() for one in also} - {""}
    for one in sorted(asked - {*ALSO, "all"}):
        raise InputError(say("network.also.unknown", name=repr(one), known=", ".join((*ALSO, "all"))))
    wanted = set(ALSO) if "all" in asked else asked
    if inactive is not None and "components" not in wanted:
        raise InputError(say("network.only", option="--inactive"))
    return wanted


def _components(fit: NetworkFit, inactive: str | None, separator: str) -> ComponentFit:
    try:
        return component_network(fit, inactive=inactive, separator=separator)
    except StatsInputError as error:
        raise InputError(f"--also components: {error}") from None


def _why(name: str, fit: NetworkFit, rows: NetworkRows, fitted: Callable[[list[int]], NetworkFit]) -> str:
    """Why no network can be fitted; the study at fault where there is one."""
    for study in dict.fromkeys(rows.study):
        alone = fitted([i for i, one in enumerate(rows.study) if one == study]).status
        if alone == Status.BAD_INPUT:
            return say("network.impossible", name=name, study=study)
        if alone == Status.ZERO_VARIANCE:
            return say("network.zero-variance", name=name, study=study)
    return say("network.status", name=name, why=fit.status.name.lower().replace("_", " "))


def _renamed(fit: NetworkFit) -> NetworkFit:
    import dataclasses

    def clean(one: object) -> str:
        return str(one).lstrip("\0")

    data = dataclasses.replace(fit.data, treatments=tuple(clean(one) for one in fit.data.treatments))
    parts = tuple(tuple(clean(one) for one in part) for part in fit.parts)
    return dataclasses.replace(fit, treatments=data.treatments, parts=parts, data=data)
