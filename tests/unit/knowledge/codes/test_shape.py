"""The code tables keep their contract."""

import collections
import re

from tests.support.code_tables import codes_of, kinds, table

NEEDED = {
    "condition": {"snomed", "icd10cm"},
    "medication": {"rxnorm", "atc"},
    "observation": {"loinc"},
    "procedure": {"snomed"},
    "device": {"snomed"},
    "allergy": {"snomed"},
    "value": {"snomed"},
}
FORMS = {
    "snomed": r"[1-9]\d{5,17}",
    "icd10cm": r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    "icd10": r"[A-Z]\d\d(\.\d)?",
    "rxnorm": r"[1-9]\d{1,6}",
    "loinc": r"(LA)?\d{1,5}-\d",
    "atc": r"[A-Z]\d\d([A-Z]([A-Z](\d\d)?)?)?",
    "hl7": r"[A-Z]+",
}


def test_every_set_has_codes_in_the_systems_of_its_kind() -> None:
    """A set without codes in a system could never match a chart in that system; the note says why, or it has them."""
    for row in table("code_sets"):
        for system in NEEDED[row["kind"]] - set(codes_of(row["set"])):
            assert f"no {system}: " in row["note"], (row["set"], system)


def test_medication_sets_have_ingredients_and_classes_without_exception() -> None:
    medicines = [name for name, kind in kinds().items() if kind == "medication"]
    assert len(medicines) >= 12
    for name in medicines:
        assert {"rxnorm", "atc"} <= set(codes_of(name)), name


def test_a_code_has_the_form_of_its_system() -> None:
    for row in table("codes"):
        assert re.fullmatch(FORMS[row["system"]], row["code"]), row
        assert row["display"].strip(), row
        assert row["match"] == "exact" or row["system"] in {"icd10cm", "icd10", "atc"}, row


VERHOEFF_TIMES = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
VERHOEFF_TURN = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    VERHOEFF_TURN.append([VERHOEFF_TURN[-1][digit] for digit in VERHOEFF_TURN[1]])


def verhoeff(code: str) -> bool:
    """Whether the check digit of a SNOMED CT identifier is right."""
    total = 0
    for place, digit in enumerate(reversed(code)):
        total = VERHOEFF_TIMES[total][VERHOEFF_TURN[place % 8][int(digit)]]
    return total == 0


def test_snomed_check_digits_and_kind_of_identifier() -> None:
    """The last digit is a check digit; the two before it say whether the identifier is a concept (00 or 10)."""
    for row in table("codes"):
        if row["system"] == "snomed":
            assert verhoeff(row["code"]), row["code"]
            assert row["code"][-3:-1] in {"00", "10"}, row["code"]


def test_loinc_check_digits() -> None:
    """The digit after the hyphen is the modulus 10 (Luhn) check of those before."""
    for row in table("codes"):
        if row["system"] == "loinc" and not row["code"].startswith("LA"):
            body, check = row["code"].split("-")
            total = 0
            for place, digit in enumerate(reversed(body)):
                value = int(digit) * (2 if place % 2 == 0 else 1)
                total += value - 9 if value > 9 else value
            assert (10 - total % 10) % 10 == int(check), row["code"]


def test_one_row_for_each_set_system_and_code() -> None:
    keys = [(row["set"], row["system"], row["code"]) for row in table("codes")]
    assert not [key for key, count in collections.Counter(keys).items() if count > 1]


def test_codes_and_sets_belong_together() -> None:
    assert {row["set"] for row in table("codes")} == set(kinds())
    observed = {name for name, kind in kinds().items() if kind == "observation"}
    dates = {"expected-delivery-date"}  # its result is a day: there is no unit to hold
    assert observed - dates == {row["observation"] for row in table("observations")}


def test_a_code_from_general_knowledge_says_so() -> None:
    for row in table("codes"):
        assert (row["verified"] == "no") == (row["basis"] == "default") == (row["source"] == "default")


def test_names_are_lower_case_and_no_name_is_cancelled_by_its_own_set() -> None:
    for row in table("code_sets"):
        names = [name for name in row["names"].split(";") if name]
        cancels = [name for name in row["not_names"].split(";") if name]
        assert names == [name.lower().strip() for name in names]
        assert not set(names) & set(cancels), row["set"]
        assert len(set(names)) == len(names), row["set"]


def test_products_lead_to_ingredients_of_our_sets() -> None:
    ingredients = {row["code"] for row in table("codes") if row["system"] == "rxnorm"}
    for row in table("drug_products"):
        assert row["ingredient"] in ingredients, row["display"]
        assert row["code"] not in ingredients, row["display"]


def test_products_put_on_skin_in_eyes_or_breathed_are_left_out() -> None:
    """Their ingredient is the same and their effect is not."""
    outside = re.compile(r"topical|ophthalmic|otic|nasal|inhala|cream|ointment|rectal|vaginal", re.IGNORECASE)
    assert not [row["display"] for row in table("drug_products") if outside.search(row["display"])]


def test_plausible_ranges_are_ranges_in_a_unit_we_can_convert_to() -> None:
    reachable = {row["to"] for row in table("units")} | {"kg/m2", "%"}
    for row in table("observations"):
        if row["plausible_low"]:
            assert float(row["plausible_low"]) < float(row["plausible_high"])
            assert row["unit"] in reachable
        else:
            assert not row["unit"]
