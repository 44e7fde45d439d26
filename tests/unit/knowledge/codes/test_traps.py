"""Codes that are easily put into the wrong set, each found wrong somewhere before."""

import pytest

from tests.support.code_tables import codes_of, table

IN = [
    ("pregnancy", "snomed", "72892002", "normal pregnancy, the usual code in charts"),
    ("pregnancy", "snomed", "77386006", "pregnancy"),
    ("diabetes", "snomed", "44054006", "type 2 diabetes, the usual code in charts"),
    ("fever", "snomed", "386661006", "fever"),
    ("fever", "icd10cm", "R50", "fever"),
    ("single-seizure", "snomed", "703151001", "one seizure"),
    ("on-dialysis", "snomed", "265764009", "renal dialysis"),
    ("transplant", "snomed", "70536003", "kidney transplant, a procedure"),
    ("implanted-defibrillator", "snomed", "447365002", "defibrillator, recorded as a procedure"),
    ("implanted-defibrillator", "icd10", "Z95.0", "WHO Z95.0 covers every electronic heart device"),
    ("lung-hyperinflation", "snomed", "87433001", "emphysema"),
    ("lymphoedema", "snomed", "12275171000119105", "lymphoedema after mastectomy"),
    ("active-malignancy", "snomed", "254837009", "breast cancer"),
    ("active-malignancy", "icd10cm", "C50", "breast cancer"),
    ("active-malignancy", "icd10cm", "D46", "a blood cancer outside chapter C"),
    ("prosthetic-or-damaged-heart-valve", "snomed", "48724000", "mitral regurgitation"),
    ("critical-limb-ischaemia", "icd10cm", "I70.22", "rest pain"),
    ("arterial-disease", "icd10cm", "I70.21", "claudication"),
    ("inherited-bleeding-disorder", "icd10cm", "D68.0", "von Willebrand disease"),
    ("body-temperature", "loinc", "8331-1", "oral temperature"),
    ("body-temperature", "loinc", "8333-7", "ear temperature"),
    ("neuropathy-leprosy", "icd10cm", "A30", "leprosy"),
    ("vitamin-b12", "loinc", "2132-9", "vitamin B12"),
]
OUT = [
    ("epilepsy", "snomed", "703151001", "one seizure is not epilepsy"),
    ("epilepsy", "atc", "N03A", "gabapentin and pregabalin treat nerve pain"),
    ("emergency-or-unstable", "snomed", "386661006", "fever alone is not an emergency"),
    ("emergency-or-unstable", "icd10cm", "R50.9", "fever alone is not an emergency"),
    ("emergency-or-unstable", "icd10cm", "R55", "a faint is not an emergency"),
    ("emergency-or-unstable", "snomed", "131148009", "any bleeding at all is not an emergency"),
    ("emergency-or-unstable", "icd10", "R65.2", "in WHO ICD-10 this is not an infection"),
    ("diabetes", "snomed", "15777000", "prediabetes"),
    ("diabetes", "snomed", "714628002", "prediabetes"),
    ("critical-limb-ischaemia", "icd10cm", "I70.2", "the whole group holds claudication"),
    ("critical-limb-ischaemia", "icd10cm", "I70.21", "claudication"),
    ("arterial-disease", "icd10cm", "I73.9", "not specified is not severe"),
    ("inherited-bleeding-disorder", "snomed", "64779008", "holds thrombophilia too"),
    ("inherited-bleeding-disorder", "icd10cm", "D68.5", "thrombophilia clots, it does not bleed"),
    ("inherited-bleeding-disorder", "icd10cm", "D65", "an acquired state"),
    ("neuropathy-chemotherapy", "icd10cm", "T45.1X5A", "any effect of chemotherapy"),
    ("neuropathy-hiv", "icd10cm", "B20", "HIV alone is no neuropathy"),
    ("neuropathy-hiv", "icd10cm", "G63", "says nothing of HIV alone"),
    ("implanted-defibrillator", "icd10cm", "Z95.818", "covers grafts and loop recorders"),
    ("metal-allergy", "icd10cm", "Z91.048", "any substance that is no medicine"),
    ("needle-phobia", "icd10cm", "F40.230", "fear of blood is not fear of needles"),
    ("joint-prosthesis", "icd10cm", "Z98.82", "a breast implant is not a joint"),
    ("spinal-instability", "icd10cm", "C79.51", "bone metastasis may lie anywhere"),
    ("platelet-count", "loinc", "32623-1", "mean volume, not a count"),
    ("neutrophil-count", "loinc", "770-8", "percent, not a count"),
    ("active-malignancy", "icd10cm", "C44", "skin cancers other than melanoma stand apart"),
    ("cytotoxic-medicine", "rxnorm", "6851", "weekly methotrexate makes no nadir"),
    ("antiseptic-or-latex-allergy", "snomed", "386127005", "formula milk, not povidone iodine"),
    ("crps-or-allodynia", "snomed", "247398009", "any neuropathic pain"),
    ("long-term-steroid", "rxnorm", "4850", "glucose, sold as a steroid in public code"),
    ("anticoagulant", "rxnorm", "1247803", "not apixaban, though public code says so"),
]


@pytest.mark.parametrize(("name", "system", "code", "why"), IN, ids=lambda value: str(value)[:24])
def test_a_code_that_must_be_in_the_set(name: str, system: str, code: str, why: str) -> None:
    assert code in codes_of(name)[system], why


@pytest.mark.parametrize(("name", "system", "code", "why"), OUT, ids=lambda value: str(value)[:24])
def test_a_code_that_must_not_be_in_the_set(name: str, system: str, code: str, why: str) -> None:
    assert code not in codes_of(name).get(system, frozenset()), why


def _covers(mine: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    (system, code, match), (other_system, other_code, _) = mine, other
    if system != other_system:
        return False
    if code == other_code:
        return True
    whole = system == "atc" or "." in code
    return match == "category" and other_code.startswith(code if whole else code + ".")


CONTRADICTIONS = [
    ("critical-limb-ischaemia", "arterial-disease"),
    ("critical-limb-ischaemia", "peripheral-arterial-unspecified"),
    ("arterial-disease", "peripheral-arterial-unspecified"),
    ("inherited-bleeding-disorder", "acquired-coagulopathy"),
    ("epilepsy", "single-seizure"),
    ("acute-shingles", "neuropathy-postherpetic"),
    ("pacemaker", "other-cardiac-implant"),
    ("implanted-defibrillator", "other-cardiac-implant"),
    ("insulin-pump-external", "neurostimulator-or-pump"),
    ("joint-prosthesis", "breast-implant"),
    ("generic-implant", "pacemaker"),
    ("generic-implant", "neurostimulator-or-pump"),
    ("spinal-instability", "bone-metastasis"),
    ("active-malignancy", "skin-cancer-non-melanoma"),
    ("emergency-or-unstable", "fever"),
    ("emergency-or-unstable", "fainting"),
    ("cytotoxic-medicine", "long-term-steroid"),
    ("anticoagulant", "antiplatelet"),
    ("antiplatelet", "nsaid"),
    ("foot-ulcer-or-infection", "arterial-disease"),
]


@pytest.mark.parametrize(("one", "two"), CONTRADICTIONS)
def test_no_code_stands_in_two_sets_that_exclude_each_other(one: str, two: str) -> None:
    first, second = (
        [(row["system"], row["code"], row["match"]) for row in table("codes") if row["set"] == name]
        for name in (one, two)
    )
    assert first and second
    shared = {(a, b) for a in first for b in second if _covers(a, b) or _covers(b, a)}
    assert not shared


PARTS = [
    ("p2y12-inhibitor", "antiplatelet"),
    ("vitamin-k-antagonist", "anticoagulant"),
    ("heparin", "anticoagulant"),
    ("epilepsy-intractable", "epilepsy"),
    ("delirium", "delirium-or-dementia"),
    ("abdominal-aneurysm", "aneurysm-or-dissection"),
    ("bone-metastasis", "active-malignancy"),
]


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_a_part_is_inside_its_whole_in_every_system_that_tells_categories(part: str, whole: str) -> None:
    inside = [(row["system"], row["code"], row["match"]) for row in table("codes") if row["set"] == whole]
    for row in table("codes"):
        if row["set"] == part and row["system"] in {"icd10cm", "rxnorm", "atc"}:
            assert any(_covers(code, (row["system"], row["code"], row["match"])) for code in inside), row["code"]
