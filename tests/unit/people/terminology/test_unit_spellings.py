"""How laboratories write units. What ucumvert (UCUM) knows of a unit agrees with the table."""

import pytest
import ucumvert

from deqi.knowledge.store import load
from deqi.knowledge.tables.vocabulary import ObservationKind, Unit, UnitWord
from deqi.people.terminology.units import UnitTable

KNOWLEDGE = load()
UNITS = UnitTable.build(KNOWLEDGE.rows(Unit), KNOWLEDGE.rows(UnitWord))

THOUSAND_A_MICROLITRE = (
    "K/UL", "K/uL", "k/ul", "K/µL", "K/μL", "x10E3/uL", "Thousand/uL", "thousands/µL", "K/mcL", "K/mm3", "K/cumm",
    "Gpt/L", "/nl", "/nL", "10*9/l", "10*9/L", "10*3/µL", "x10(3)/mcL", "10(9)/L", "THOU/UL", "thou/mm3", "thou/cumm",
    "giga/L", "G/l", "10³/µl", "10⁹/L", "×10⁹/L", "Tsd./µl", "Tsd/mm³", "X 10 9/L", "10**9/L", "10e9/L", "10E3/uL",
    "1E9/L", "x109/L", "103/mm3", "1000/uL", "x 1000/mm3", "1,000/uL", "thousand per microliter", "10 exp 9/L",
    "10X3/uL", "10^3cells/uL", "x10^3 cells/uL", "10*3{cells}/uL", "10*3.{plt}/uL", "10^9 L^-1", "G.L-1", "Mrd/l",
    "10^3/mm^3", "10^3/cu mm", "billion/L", "10x^3/uL", "x10~9/L",
)  # fmt: skip
ONE_A_MICROLITRE = (
    "/uL", "/µl", "/mm3", "/mm³", "/cumm", "/cu mm", "cells/uL", "cells/mm3", "cells/cumm", "per µL", "10*6/L",
    "{cells}/uL", "cells per microlitre", "{#}/uL",
)  # fmt: skip
NO_UNIT_OF_COUNTING = (
    "10*-3/uL", "10-3/uL", "x10^3", "K", "fL", "g/dL", "%", "mg/L/uL", "10*99/L", "/HPF", "mil/mm3", "cells", "uL",
    "1o^3/uL", "10^3/furlong", "kk/uL", "/100 WBC", "x" * 500,
)  # fmt: skip


@pytest.mark.parametrize("unit", THOUSAND_A_MICROLITRE)
@pytest.mark.parametrize("quantity", ["platelet-count", "neutrophil-count", "leukocyte-count"])
def test_thousands_of_cells_in_a_microlitre(unit, quantity):
    assert UNITS.convert(210, unit, "10*3/uL", quantity) == pytest.approx(210)


@pytest.mark.parametrize("unit", ONE_A_MICROLITRE)
def test_single_cells_in_a_microlitre(unit):
    assert UNITS.convert(210_000, unit, "10*3/uL", "platelet-count") == pytest.approx(210)


@pytest.mark.parametrize(
    ("value", "unit"), [(2.1, "lakhs/cumm"), (2.1, "Lakh/cu mm"), (21, "万/µL"), (0.21, "M/uL"), (0.21, "Mio/µl")]
)
def test_other_numbers_of_cells(value, unit):
    assert UNITS.convert(value, unit, "10*3/uL", "platelet-count") == pytest.approx(210)


@pytest.mark.parametrize("unit", NO_UNIT_OF_COUNTING)
def test_what_is_no_unit_of_counting_is_unread(unit):
    assert UNITS.convert(210, unit, "10*3/uL", "platelet-count") is None


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "to", "expected"),
    [
        ("inr", 2.5, "INR", "{INR}", 2.5),
        ("inr", 2.5, "Ratio", "{INR}", 2.5),
        ("inr", 2.5, "(INR)", "{INR}", 2.5),
        ("hba1c", 7.2, "% of total Hgb", "%", 7.2),
        ("hba1c", 7.2, "% NGSP", "%", 7.2),
        ("hba1c", 53, "mmol/mol Hb", "%", 7.0),
        ("hba1c", 53, "MMOL/MOL", "%", 7.0),
        ("creatinine", 1.0, "MG/DL", "umol/L", 88.4),
        ("creatinine", 88.4, "µmol/l", "mg/dL", 1.0),
        ("creatinine", 88.4, "mcmol/L", "umol/L", 88.4),
        ("body-temperature", 38.0, "°C", "Cel", 38.0),
        ("body-temperature", 100.4, "deg F", "Cel", 38.0),
        ("systolic-bp", 120, "mm Hg", "mm[Hg]", 120),
        ("gestational-age", 20, "weeks", "wk", 20),
        ("gestational-age", 20, "SSW", "wk", 20),
        ("body-weight", 154.3, "lbs", "kg", 70.0),
        ("bmi", 24, "kg/m²", "kg/m2", 24),
    ],
)
def test_other_quantities(quantity, value, unit, to, expected):
    assert UNITS.convert(value, unit, to, quantity) == pytest.approx(expected, rel=1e-3)


def test_a_spelling_holds_for_its_quantity_only():
    assert UNITS.convert(7.2, "ratio", "%", "hba1c") is None
    assert UNITS.convert(210, "K/UL", "10*3/uL") is None
    assert UNITS.convert(300, "K/uL", "Cel", "body-temperature") is None


def _factors():
    """The rows that convert by a factor between units of UCUM, without those of one quantity."""
    for row in KNOWLEDGE.rows(Unit):
        if not row.quantity and not row.offset:
            yield pytest.param(row.code, row.to, row.factor, id=f"{row.code} {row.to}")


@pytest.fixture(scope="module")
def registry():
    return ucumvert.PintUcumRegistry()


@pytest.mark.parametrize(("code", "to", "factor"), list(_factors()))
def test_factors_are_those_of_ucum(registry, code, to, factor):
    ratio = registry.from_ucum(code).to(registry.from_ucum(to).units)
    assert ratio.magnitude / registry.from_ucum(to).magnitude == pytest.approx(factor, rel=1e-4)


def test_every_unit_that_a_spelling_means_converts_to_that_of_its_quantity():
    kinds = {kind.observation: kind.unit for kind in KNOWLEDGE.rows(ObservationKind)}
    for row in KNOWLEDGE.rows(UnitWord):
        if row.part == "unit" and row.quantity in kinds:
            assert UNITS.way(row.means, kinds[row.quantity], row.quantity) is not None, row.written
