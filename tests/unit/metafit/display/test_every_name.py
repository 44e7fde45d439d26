"""Every public name: what it gives prints as words and tables, in a list too, and never as raw NumPy."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import metafit
from metafit.display.shown import Shown
from tests.unit.metafit.display.test_shown import EFFECTS, FIT, RESULTS, TRIALS

PUBLIC = {name: getattr(metafit, name) for name in metafit.__all__}
VALUES = [one for one in PUBLIC.values() if inspect.isclass(one) and dataclasses.is_dataclass(one)]
RAW = re.compile(r"np\.\w+\(|array\(|^\w+\(\w+=|\bnan\b|object at 0x")
"""NumPy's own words, and how a bare dataclass begins."""

NET = metafit.pool_network(
    ["1", "2", "3", "4", "4", "4"], ["x", "x", "y", "x", "x", "y"], ["y", "z", "z", "y", "z", "z"],
    [0.1, 0.2, 0.3, 0.2, 0.1, -0.1], [0.1] * 6,
)  # fmt: skip
TABLE = metafit.TwoArms(*(TRIALS[name] for name in ("x1", "n1", "x2", "n2")))
BATCH = (np.array([EFFECTS.yi, EFFECTS.yi * 2]), np.array([EFFECTS.vi] * 2))
PRIOR = metafit.HalfNormal(np.float64(0.5))
RISK = metafit.absolute_effect("RR", FIT.estimate, FIT.ci_low, FIT.ci_high, baseline=0.08)
MORE = {
    "absolute": RISK,
    "absolute effects": metafit.absolute_effect("RR", FIT.estimate, -0.9, 0.1, baseline=[0.08, 0.2]),
    "responders": metafit.responders(60, 40, 20, -8, -12, -4),
    "needed": metafit.number_needed(-0.03, -0.05, 0.01, event="bad"),
    "needed, several": metafit.number_needed([-0.03, 0.01], [-0.05, -0.01], [-0.01, 0.03], event="bad"),
    "log odds": metafit.smd_to_log_odds(0.5, 0.1),
    "intervals": metafit.heterogeneity_intervals(EFFECTS),
    "intervals, several": metafit.heterogeneity_intervals(*BATCH),
    "blups": metafit.blups(EFFECTS),
    "bayes blups": metafit.bayes_blups(EFFECTS, tau_prior=PRIOR),
    "bayes, several": metafit.bayes_pool(*BATCH, tau_prior=PRIOR),
    "prior": PRIOR,
    "priors": [metafit.HalfCauchy(0.5), metafit.Uniform(), metafit.NormalPrior(0.0, 1.0)],
    "exact": metafit.exact_proportion(3, 40),
    "exact, several": metafit.exact_rate([3, 4], [40, 50]),
    "variances": metafit.sigma2_intervals(metafit.three_level(EFFECTS, None, TRIALS["where"])),
    "variances and correlations": metafit.pool_multivariate(
        EFFECTS, None, [1, 1, 2, 2, 3, 3], ["a", "b"] * 3, structure="CS", intervals=True
    ).intervals,
    "quartiles": metafit.from_quartiles(1, 2, 3, 40),
    "warnings": metafit.binary_effects("RR", [0], [10], [1], [10]).warnings,
    "one arm": metafit.OneArm(TRIALS["x1"], TRIALS["n1"]),
    "two arms": TABLE,
    "batch": metafit.pool(*BATCH),
    "regressions": metafit.regress(*BATCH, TRIALS["latitude"]),
    "predicted": metafit.predict(RESULTS["regression"], [[13.0], [44.0]]),
    "Mantel-Haenszel": metafit.pool_counts(TABLE, measure="OR", method="MH"),
    "PET-PEESE": metafit.pet_peese(EFFECTS, force=True),
    "selection": metafit.selection_model(EFFECTS, alternative="less"),
    "Peters": metafit.peters(*(TRIALS[name] for name in ("x1", "n1", "x2", "n2")), force=True),
    "split": metafit.node_split(NET, "x", "y"),
    "splits": metafit.split_evidence(NET),
    "designs": metafit.design_test(NET),
    "geometry": metafit.geometry(NET),
    "contrasts": metafit.contrasts(RESULTS["regression"], [[0.0, 10.0], [1.0, 44.0]]),
    "inflation": metafit.vif(metafit.regress(EFFECTS, None, np.column_stack([TRIALS["latitude"], range(6)]))),
    "likelihood": metafit.fit_statistics(FIT),
    "summary": FIT.summary(),
}
EVERYTHING = {**RESULTS, **MORE}


def within(value: Any) -> Iterator[Any]:
    """A result and the results in its fields."""
    if isinstance(value, (tuple, list)):
        for one in value:
            yield from within(one)
    if isinstance(value, Shown):
        yield value
        fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
        for field in fields:
            yield from within(getattr(value, field.name))


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_kind_of_result_is_shown_in_the_one_way(kind: type) -> None:
    """A dataclass that writes its own repr, or forgot `repr=False`, is found here."""
    assert issubclass(kind, Shown)
    assert (kind.__repr__, kind.__str__, kind._repr_html_) == (Shown.__repr__, Shown.__str__, Shown._repr_html_)


def test_what_functions_give_is_shown() -> None:
    """Every type named in what a public function returns is one of these, or plain numbers."""
    plain = {"Floats", "None", "float", "int", "str", "bool", "TauPrior", "tuple"}
    for name, function in PUBLIC.items():
        if inspect.isfunction(function):
            told = set(re.findall(r"\w+", str(inspect.signature(function).return_annotation))) - plain
            module = inspect.getmodule(function)
            assert all(issubclass(getattr(module, one), Shown) for one in told), name


@pytest.mark.parametrize("name", EVERYTHING)
def test_it_prints_and_reads_well_in_a_list(name: str) -> None:
    found = list(within(EVERYTHING[name]))
    assert found
    for one in found:
        for text in (str(one), repr(one), one._repr_html_()):
            assert not RAW.search(text), text
        assert repr(one).startswith(f"<{type(one).__name__}: ") and "\n" not in repr(one)
    assert "\n" not in repr([EVERYTHING[name]])


def test_every_kind_is_tried() -> None:
    tried = {type(one) for value in EVERYTHING.values() for one in within(value)}
    assert {kind for kind in VALUES if not kind.__module__.startswith("metafit.display")} - tried == NOT_YET


NOT_YET: set[type] = set()
"""Kinds of results without an example here."""


@pytest.mark.parametrize("name", EVERYTHING)
def test_tables_become_data_frames(name: str) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")
    for one in within(EVERYTHING[name]):
        try:
            frame = one.to_frame()
        except metafit.StatsInputError as error:
            assert "has no table" in str(error)
            assert type(one).__name__ in WITHOUT_ROWS
        else:
            assert isinstance(frame, pandas.DataFrame) and len(frame) > 0


WITHOUT_ROWS = {
    "Block", "EffectWarning", "HalfCauchy", "HalfNormal", "LogOdds", "MeanSd", "Node", "Edge", "NormalPrior", "OneArm",
    "QTest", "Summary", "Term", "TwoArms", "Uniform",
}  # fmt: skip


def test_a_kind_without_words_of_its_own_prints_its_fields() -> None:
    @dataclasses.dataclass(frozen=True, repr=False)
    class NewResult(Shown):
        loop_count: int
        share: np.float64
        effects: np.ndarray

    text = str(NewResult(3, np.float64(0.25), np.array([1.0, 2.5])))
    assert text.splitlines()[0] == "New Result" and "loop count  3" in text.replace("       3", "  3")
    assert "0.2500" in text and "2.5000" in text


def test_ipython_shows_the_table_alone_and_the_line_in_a_list() -> None:
    class Printer:
        def __init__(self, depth: int) -> None:
            self.stack, self.found = [0] * depth, ""

        def text(self, words: str) -> None:
            self.found += words

    alone, inside = Printer(1), Printer(2)
    FIT._repr_pretty_(alone, False)
    FIT._repr_pretty_(inside, False)
    assert (alone.found, inside.found) == (str(FIT), repr(FIT))


def test_one_line_says_the_effect_on_its_natural_scale() -> None:
    ends = np.exp([FIT.estimate, FIT.ci_low, FIT.ci_high])
    assert repr(FIT).startswith(
        f"<Fit: risk ratio {ends[0]:.4f} ({ends[1]:.4f} to {ends[2]:.4f}), p {FIT.p:.4f}, k = 6"
    )
    assert repr(RISK).startswith(
        f"<Absolute: Of 100 people, 8.0 have the event without treatment and {RISK.treated:.1f} ("
    )


def test_needed_to_treat_says_its_directions() -> None:
    assert str(MORE["needed"]) == "NNTB 33.3 (NNTB 20.0, through infinity, to NNTH 100.0)"
    assert str(metafit.number_needed(-0.03, -0.05, -0.01, event="bad")) == "NNTB 33.3 (NNTB 20.0 to NNTB 100.0)"


def test_studies_left_out_are_named_with_the_reason() -> None:
    text = str(metafit.pool([0.1, np.nan, 0.3], [0.1, 0.1, np.nan], names=["Ali", "Bo", "Chen"]))
    assert "Left out, no effect: Bo." in text and "Left out, no variance: Chen." in text


@pytest.mark.parametrize(
    "fit",
    [
        metafit.three_level(EFFECTS, None, TRIALS["where"]),
        metafit.robust(metafit.three_level(EFFECTS, None, TRIALS["where"]), TRIALS["where"]),
        metafit.bayes_pool(EFFECTS, tau_prior=PRIOR),
        metafit.blups(EFFECTS),
        metafit.predict(RESULTS["regression"], [13.0]),
        metafit.egger(EFFECTS, force=True),
    ],
    ids=lambda fit: type(fit).__name__,
)
def test_the_measure_stays_and_the_natural_scale_stands_beside(fit: Any) -> None:
    assert fit.measure == "RR" and "log risk ratio (RR); to the right, the risk ratio itself" in str(fit)
