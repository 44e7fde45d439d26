"""How a record is heard: in a set, alarmed, understood or not, and what it may have been meant for."""

import pytest

from deqi.knowledge.store import load
from deqi.people.facts import Coding
from deqi.safety.rules.catalog import build_index

INDEX = build_index(load())


def hear(kind, text="", *codes):
    return INDEX.hear(kind, tuple(Coding(*one) for one in codes), text)


def sets(heard):
    return {match.set: match.how for match in heard.sets}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sintrom 4 mg", "anticoagulant"),
        ("Falithrom 3 mg Filmtabletten", "anticoagulant"),
        ("Fraxiparine 0.3 ml", "heparin"),
        ("Orfarin 5 mg", "vitamin-k-antagonist"),
        ("Coumadine 5 mg", "anticoagulant"),
        ("Myleran 2 mg", "cytotoxic-medicine"),
        ("Adcetris", "neurotoxic-chemotherapy"),
        ("Plavix 75 mg", "p2y12-inhibitor"),
        ("ASA 81 mg", "aspirin"),
    ],
)
def test_a_brand_is_heard_as_its_ingredient(text, expected):
    assert sets(hear("medication", text))[expected] == "name"


def test_a_misspelt_medicine_alarms_and_its_neighbour_is_named():
    heard = hear("medication", "apixiban 5 mg")
    assert not heard.sets and not heard.understood
    assert "anticoagulant" in heard.alarms
    assert heard.meant[0] == "apixaban"


@pytest.mark.parametrize(
    "text",
    ["metformin", "Metformin hydrochloride 500 MG Extended Release Oral Tablet [Glucophage]", "Lipitor 20 mg",
     "paracetamol 500 mg twice daily", "amlodipine / valsartan", "vitamin D", "Penicillin V Potassium 250 MG"],
)  # fmt: skip
def test_a_medicine_of_no_concern_is_understood_by_its_ingredient(text):
    heard = hear("medication", text)
    assert (heard.sets, heard.understood, heard.alarms) == ((), True, ())


@pytest.mark.parametrize("text", ["xyzzol 5 mg", "the little white ones", "metformin and zorblax", "герапин"])
def test_a_medicine_is_never_understood_by_the_silence_of_its_words(text):
    assert not hear("medication", text).understood


@pytest.mark.parametrize(
    ("code", "may_mean"),
    [("B01AX99", "anticoagulant"), ("B02BX99", "inherited-bleeding-disorder"), ("H02AB99", "long-term-steroid"),
     ("L01XX99", "cytotoxic-medicine"), ("L04AX99", "immunosuppressive-medicine")],
)  # fmt: skip
def test_a_medicine_of_a_hazardous_class_is_heard_or_alarms(code, may_mean):
    heard = hear("medication", "", ("atc", code))
    assert may_mean in {*heard.alarms, *sets(heard)}


@pytest.mark.parametrize("text", ["tofersimumab", "zelvorubicin", "newaparin", "romiplostim", "fostaxaban"])
def test_the_ending_of_a_name_tells_its_class(text):
    assert hear("medication", text).alarms


def test_a_code_that_no_list_knows_lets_its_words_speak():
    heard = hear("condition", "", ("snomed", "999000111", "Peripheral neuropathy caused by toxin"))
    assert sets(heard) == {"neuropathy-other-poly": "name"}


def test_a_code_that_a_list_knows_does_not():
    heard = hear("condition", "", ("snomed", "44054006", "Diabetes mellitus type 2, no foot ulcer"))
    assert sets(heard) == {"diabetes": "code"}
    assert heard.alarms == ()


def test_a_code_without_words_is_read_by_its_official_ones():
    assert "other-cardiac-implant" in sets(hear("condition", "", ("icd10cm", "T82.120A")))
    assert "thrombocytopenia" in hear("condition", "", ("icd10cm", "D69.1")).alarms
    assert hear("condition", "", ("icd10cm", "H52.13")) == hear("condition", "", ("icd10cm", "H52.1"))
    assert hear("condition", "", ("icd10cm", "H52.13")).understood


def test_a_code_of_which_nothing_is_known_is_not_understood():
    assert not hear("condition", "", ("snomed", "999000111")).understood
    assert not hear("medication", "", ("http://example.org/house", "17")).understood


@pytest.mark.parametrize(
    ("kind", "text", "may_mean"),
    [
        ("condition", "pacemakr", "pacemaker"),
        ("condition", "pacmeaker", "pacemaker"),
        ("condition", "epilespy since birth", "epilepsy"),
        ("condition", "swollen arm after surgery", "lymphoedema"),
        ("device", "Medtronic pulse generator", "pacemaker"),
        ("procedure", "Replacement of dialysis line", "on-dialysis"),
        ("observation", "Thrombocytes, automated", "platelet-count"),
        ("allergy", "stainless steel", "metal-allergy"),
    ],
)
def test_words_that_may_mean_a_hazard_alarm_within_one_edit(kind, text, may_mean):
    heard = hear(kind, text)
    assert may_mean in {*heard.alarms, *sets(heard)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("condition", "Family history of breast cancer"),
        ("condition", "No known seizures"),
        ("condition", "Seasonal hay fever"),
        ("condition", "Benign neoplasm of colon"),
        ("condition", "Obstructive sleep apnea"),
        ("condition", "Tension headache"),
        ("procedure", "Pregnancy test"),
        ("procedure", "Screening for malignant neoplasm of colon"),
        ("procedure", "Hepatitis B vaccination"),
        ("observation", "Platelet mean volume"),
        ("observation", "Glucose"),
    ],
)
def test_what_is_quieted_or_ordinary_alarms_nobody(kind, text):
    assert hear(kind, text).alarms == ()


def test_a_quieter_ends_with_its_sentence():
    assert "pacemaker" in {*sets(hear("condition", "No chest pain. Pacemaker 2019"))}
    assert "epilepsy" in {*hear("condition", "no cancer, convulsions as a child").alarms}


def test_a_device_is_understood_only_where_it_is_known_to_be_harmless():
    assert hear("device", "Manual wheelchair (physical object)").understood
    assert not hear("device", "Flux capacitor").understood
    assert not hear("device", "Wheelchair, and a nerve implant").understood
    assert hear("device", "Wheelchair, and a nerve implant").alarms


@pytest.mark.parametrize("text", ["Zustand nach Unfall", "高血压", "гипертония", ";;;", "qwrtz plmnb"])
def test_words_of_a_language_that_is_not_read_are_not_understood(text):
    assert not hear("condition", text).understood


def test_a_record_is_never_alarmed_of_a_set_it_is_in():
    for text in ("pacemaker and defibrillator", "chemotherapy for breast cancer", "haemophilia with bleeding"):
        heard = hear("condition", text)
        assert not {*heard.alarms} & {*sets(heard)}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("device", "Herzschrittmacher", "pacemaker"),
        ("condition", "Patient mit Schrittmacher", "pacemaker"),
        ("medication", "Blutverdünner", "anticoagulant"),
        ("condition", "Schwangerschaft", "pregnancy"),
        ("condition", "Mammakarzinom links", "active-malignancy"),
        ("condition", "Diabète de type 2", "diabetes"),
        ("device", "stimulateur cardiaque", "pacemaker"),
        ("condition", "femme enceinte", "pregnancy"),
        ("condition", "grossesse en cours", "pregnancy"),
        ("device", "marcapasos", "pacemaker"),
        ("condition", "embarazada de 12 semanas", "pregnancy"),
        ("condition", "cáncer de mama", "active-malignancy"),
        ("medication", "anticoagulante oral", "anticoagulant"),
        ("condition", "糖尿病", "diabetes"),
        ("condition", "已植入心脏起搏器", "pacemaker"),
        ("condition", "怀孕12周", "pregnancy"),
        ("condition", "乳腺癌", "active-malignancy"),
        ("medication", "华法林片", "anticoagulant"),
    ],
)
def test_german_french_spanish_and_chinese_words_are_heard_or_alarm(kind, text, expected):
    heard = hear(kind, text)
    assert expected in {*heard.alarms, *sets(heard)}
