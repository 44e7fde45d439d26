"""A value is converted by listed factors or not at all."""

import pytest

from tests.support.terminology import TABLE


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (150, "10*3/uL", "10*9/L", 150),
        (150000, "/uL", "10*9/L", 150),
        (150000, "/uL", "10*3/uL", 150),
        (100.4, "[degF]", "Cel", 38.0),
        (38.0, "Cel", "[degF]", 100.4),
        (2.5, "", "{INR}", 2.5),
        (2.5, "{INR}", "{INR}", 2.5),
    ],
)
def test_listed_units_convert_both_ways(value, unit, to, expected):
    assert TABLE.convert(value, unit, to) == pytest.approx(expected)


@pytest.mark.parametrize("unit", ["mg/dL", "", "10*9/l", "K/uL"])
def test_an_unlisted_unit_is_unusable(unit):
    assert TABLE.convert(150, unit, "10*9/L") is None


def test_a_substance_factor_holds_for_that_substance_only():
    assert TABLE.convert(200, "pg/mL", "pmol/L", "vitamin-b12") == pytest.approx(147.56)
    assert TABLE.convert(200, "pg/mL", "pmol/L") is None
    assert TABLE.convert(200, "pg/mL", "pmol/L", "folate") is None


def test_a_value_that_is_no_finite_number_is_unusable():
    assert TABLE.convert(float("inf"), "Cel", "Cel") is None
    assert TABLE.convert(1.7e308, "Cel", "[degF]") is None
