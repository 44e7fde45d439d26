"""Rates of the safety surveys, computed again from their counts."""

import math
from statistics import NormalDist

import pytest

from tests.support.evidence_tables import keyed, table

Z = NormalDist().inv_cdf(0.975)
PER = {"%": 100, "per 1,000": 1_000, "per 10,000": 10_000, "per 100,000": 100_000, "per 1,000,000": 1_000_000}


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def test_every_printed_rate_follows_from_its_counts_or_is_a_known_error():
    uses = keyed("harm_uses", "harm")
    wrong, checked = [], 0
    for row in table("harm_rows"):
        if not (row["events"] and row["denominator"] and row["rate_reported"]) or row["rate_unit"] not in PER:
            continue
        checked += 1
        rate = PER[row["rate_unit"]] * int(row["events"]) / int(row["denominator"])
        half_step = 0.5 * 10.0 ** -decimals(row["rate_reported"])
        if abs(rate - float(row["rate_reported"])) > half_step * 1.000001:
            wrong.append(row["harm"])
    assert checked >= 30
    assert [harm for harm in wrong if not uses[harm]["known_error"]] == []
    assert {"H138", "H185", "H215"} <= set(wrong)


def test_mcculloch_misprint():
    row, use = keyed("harm_rows", "harm")["H215"], keyed("harm_uses", "harm")["H215"]
    assert row["rate_reported"] == "0.003" and "0.025 %" in use["correction"]
    assert 100 * int(row["events"]) / int(row["denominator"]) == pytest.approx(0.0252, abs=5e-5)
    assert use["use"] != "pool"


@pytest.mark.parametrize(
    ("harm", "per", "expected"),
    [
        ("H001", 100, 8.6053),
        ("H002", 100, 2.1651),
        ("H074", 10_000, 684.4322),
        ("H076", 10_000, 13.5127),
        ("H127", 100, 6.0332),
        ("H142", 100, 3.7602),
        ("H108", 100, 0.1436),
        ("H145", 10_000, 1205.1214),
        ("H165", 100, 19.1768),
        ("H262", 100_000, 64.375),
        ("H158", 100, 11.3720),
        ("H159", 100, 37.4083),
        ("H036", 100, 7.0969),
        ("H060", 100, 14.9272),
        ("H128", 100, 2.6355),
        ("H129", 100, 0.7764),
        ("H130", 100, 0.6696),
        ("H133", 100, 0.5556),
        ("H134", 100, 0.5271),
        ("H135", 100, 0.1994),
        ("H136", 100, 0.1852),
        ("H137", 100, 0.1710),
        ("H139", 100, 0.0855),
        ("H140", 100, 0.0926),
        ("H138", 100, 0.1353),
        ("H332", 100, 3.1213),
        ("H333", 100, 0.2721),
    ],
)
def test_crude_rates(harm, per, expected):
    row = keyed("harm_rows", "harm")[harm]
    assert per * int(row["events"]) / int(row["denominator"]) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("harm", "per", "printed"),
    [
        ("H100", 1_000, (100, 115)),  # MacPherson 2004
        ("H255", 100, (10.1, 13.5)),  # Adams 2011
        ("H024", 100, (7.2, 7.6)),  # Witt 2011, any
        ("H025", 100, (1.8, 2.0)),  # Witt 2011, needing treatment
    ],
)
def test_printed_intervals_are_wald_intervals(harm, per, printed):
    row = keyed("harm_rows", "harm")[harm]
    events, total = int(row["events"]), int(row["denominator"])
    p = events / total
    half = Z * math.sqrt(p * (1 - p) / total)
    step = 0.5 if per == 1_000 else 0.05
    assert per * (p - half) == pytest.approx(printed[0], abs=step * 1.01)
    assert per * (p + half) == pytest.approx(printed[1], abs=step * 1.01)


def test_sums_inside_surveys():
    rows = keyed("harm_rows", "harm")

    def total(*harms: str) -> int:
        return sum(int(rows[harm]["events"]) for harm in harms)

    # Furuse 2017: eleven kinds make the printed 847.
    kinds = ("H128", "H129", "H130", "H133", "H134", "H135", "H136", "H137", "H138", "H139", "H140")
    assert total(*kinds) == int(rows["H127"]["events"]) == 847
    # White 2001: minor and significant events make all events.
    assert total("H075", "H076") == int(rows["H074"]["events"]) == 2178
    # MacPherson 2001: the significant events by kind make 43.
    assert total("H054", "H055", "H064", "H056", "H067", "H068", "H073") == int(rows["H053"]["events"]) == 43
    # Yamashita 1999: haematoma with and without pain.
    assert total("H110", "H111") == int(rows["H394"]["events"]) == 17
    # White 2004: pneumothorax and broken needle in 1.1 million treatments print as 0.05 per 10,000.
    assert total("H306", "H307") == 6
    assert float(rows["H304"]["rate_reported"]) == pytest.approx(6 / 110, abs=0.005)


def test_no_pneumothorax_count_gives_the_taiwan_rate():
    """0.87 per million of 5,407,378 treatments is 4.70 cases: the count must come from the paper."""
    row = keyed("harm_rows", "harm")["H189"]
    cases = float(row["rate_reported"]) * int(row["denominator"]) / 1e6
    assert cases == pytest.approx(4.70, abs=0.01)
    assert row["events"] == ""
    low, high = 0.865, 0.875
    assert not any(low <= 1e6 * k / int(row["denominator"]) < high for k in range(10))


def test_implied_counts_round_to_the_printed_rate():
    uses = keyed("harm_uses", "harm")
    checked = 0
    for row in table("harm_rows"):
        use = uses[row["harm"]]
        if row["events"] or not use["implied_low"] or row["rate_unit"] not in PER or not row["rate_reported"]:
            continue
        checked += 1
        printed, step = float(row["rate_reported"]), 0.5 * 10.0 ** -decimals(row["rate_reported"])
        for count in (int(use["implied_low"]), int(use["implied_high"])):
            rate = PER[row["rate_unit"]] * count / int(row["denominator"])
            assert abs(rate - printed) <= step * 1.000001, row["harm"]
    assert checked >= 20


def test_baeumler_intervals_are_symmetric_on_the_arcsine_scale():
    """Why the published pools are taken to be random effects on arcsine-transformed proportions."""
    pools = keyed("published_harm_pools", "pool")
    for name in ("baeumler_anyae_pat", "baeumler_anyae_trt", "baeumler_sae_pat", "baeumler_sae_trt"):
        row = pools[name]
        low, mid, high = (
            math.asin(math.sqrt(float(row[c]) / float(row["per"]))) for c in ("ci_low", "estimate", "ci_high")
        )
        assert (high - mid) / (mid - low) == pytest.approx(1, abs=0.02)


def test_crude_first_visit_ratio_of_fainting():
    modifier = keyed("harm_modifiers", "modifier")["H185-1"]
    assert float(modifier["estimate"]) == pytest.approx((27 / 2855) / (28 / 25430), abs=5e-3)


def test_unusable_odds_ratios_are_the_lopsided_or_incomplete_ones():
    for row in table("harm_modifiers"):
        if row["measure"] != "OR":
            continue
        if not row["ci_low"]:
            assert row["usable"] == "no"
            continue
        low, mid, high = (math.log(float(row[c])) for c in ("ci_low", "estimate", "ci_high"))
        assert low < mid < high
        lopsided = not 0.75 < (high - mid) / (mid - low) < 1.34
        if lopsided:
            assert row["usable"] == "no", row["modifier"]
