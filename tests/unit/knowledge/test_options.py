"""Numbers of other treatments: each difference is what its columns say, by arithmetic done here."""

from __future__ import annotations

import math

import pytest

from tests.support.arithmetic import table

Z = 1.959963984540054


def wilson(x: float, n: float) -> tuple[float, float]:
    p = x / n
    middle, half = p + Z * Z / 2 / n, Z * math.sqrt(p * (1 - p) / n + Z * Z / 4 / n / n)
    return (middle - half) / (1 + Z * Z / n), (middle + half) / (1 + Z * Z / n)


COUNTS = {row["effect"]: row for row in table("alternative_counts")}
DERIVED_ENDS = [
    row for row in COUNTS.values() if row["events_treated"] and {"difference_low"} <= set(row["derived"].split(";"))
]
PRINTED_ENDS = "spinal-cord-stimulator-dpn-petersen2021"
"""Its counts, difference and interval are as one news report printed them; the interval is not Newcombe's."""


@pytest.mark.parametrize("row", DERIVED_ENDS, ids=lambda row: row["effect"])
def test_intervals_worked_out_from_counts_are_newcombes(row: dict[str, str]) -> None:
    a, n, c, m = (float(row[name]) for name in ("events_treated", "n_treated", "events_control", "n_control"))
    (low, high), (low_c, high_c) = wilson(a, n), wilson(c, m)
    difference = a / n - c / m
    least = 100 * (difference - math.hypot(a / n - low, high_c - c / m))
    most = 100 * (difference + math.hypot(high - a / n, c / m - low_c))
    assert float(row["difference_low"]) == pytest.approx(least, abs=0.06)
    assert float(row["difference_high"]) == pytest.approx(most, abs=0.06)


def test_every_difference_is_treated_less_control() -> None:
    pairs = [row for row in COUNTS.values() if row["treated"] and row["control"] and row["difference"]]
    assert len(pairs) >= 30
    for row in pairs:
        gap = float(row["treated"]) - float(row["control"])
        assert float(row["difference"]) == pytest.approx(gap, abs=1.0), row["effect"]


def test_numbers_belong_to_an_effect_and_every_effect_says_what_it_was_compared_with() -> None:
    effects = {row["effect"]: row for row in table("alternative_effects")}
    for name in ("alternative_counts", "alternative_scores", "alternative_harms"):
        assert {row["effect"] for row in table(name)} <= effects.keys()
    assert all(row["comparator"] for row in effects.values())
    assert len(table("natural_courses")) == 31


def test_prevention_never_counts_as_relief() -> None:
    during = [row for row in table("alternative_effects") if "during chemotherapy" in row["outcome"]]
    assert during
    assert all(row["purpose"] == "prevention" for row in during)
