"""A denial covers what it names, and nothing else; things told of in another list are heard."""

from __future__ import annotations

import pytest

from tests.properties.doubt import engines

# What is denied is quiet, and what the sentence goes on to is not: phrase, the set that is still heard.
STILL = (
    ("no bleeding on warfarin", "anticoagulant"),
    ("no side effects with apixaban", "anticoagulant"),
    ("not tolerating warfarin", "anticoagulant"),
    ("risk of bleeding on warfarin", "anticoagulant"),
    ("no pacemaker problems since implantation", "pacemaker"),
    ("no pacemaker malfunction", "pacemaker"),
    ("no infection of pacemaker pocket", "pacemaker"),
    ("denies pain at pacemaker site", "pacemaker"),
    ("not pacemaker dependent (PPM since 2015)", "pacemaker"),
    ("no ICD shocks", "implanted-defibrillator"),
    ("no pain from foot ulcer", "foot-ulcer-or-infection"),
    ("no recurrence of breast cancer, on tamoxifen", "active-malignancy"),
    ("no bleed in severe haemophilia", "inherited-bleeding-disorder"),
    ("family history of VTE and personal history of DVT on apixaban", "anticoagulant"),
)
QUIET = (
    "no pacemaker",
    "no pacemaker or ICD",
    "no cardiac pacemaker",
    "no pacemaker in situ",
    "not on warfarin",
    "not currently taking any blood thinners",
    "denies use of blood thinning medication",
    "no bleeding problems",
    "no known bleeding disorder",
    "no evidence of DVT",
    "no DVT in left leg",
    "no deep vein thrombosis",
    "no history of epilepsy or stroke",
    "never had cancer",
    "not pregnant",
    "no metal allergy",
    "no diabetes mellitus",
    "no family history of breast cancer",
)
# The list, the phrase, the set.
MISPLACED = (
    ("conditions", "takes apixaban", "anticoagulant"),
    ("conditions", "Eliquis since the stroke", "anticoagulant"),
    ("procedures", "started on apixaban", "anticoagulant"),
    ("devices", "heparin infusion pump", "anticoagulant"),
    ("medications", "pacemaker", "pacemaker"),
    ("allergies", "pacemaker", "pacemaker"),
    ("medications", "Eylea", "eye-at-risk"),
    ("medications", "tocilizumab", "giant-cell-arteritis"),
)
NOT_MISPLACED = (
    ("conditions", "heparin-induced thrombocytopenia in 2010"),
    ("allergies", "warfarin"),
)


def _touched(name: str, phrase: str) -> frozenset[str]:
    person = engines.person_of_file({"sex": "female", "born": 1990, name: [phrase]})
    return engines.heard(person) | engines.alarmed(person)


@pytest.mark.parametrize(("phrase", "wanted"), STILL)
def test_what_a_denial_does_not_name_is_heard(phrase: str, wanted: str) -> None:
    assert wanted in _touched("conditions", phrase)


@pytest.mark.parametrize("phrase", QUIET)
def test_what_is_denied_is_quiet(phrase: str) -> None:
    assert not _touched("conditions", phrase) & engines.sets_of_rules()


@pytest.mark.parametrize(("name", "phrase", "wanted"), MISPLACED)
def test_what_stands_in_another_list_is_heard(name: str, phrase: str, wanted: str) -> None:
    assert wanted in _touched(name, phrase)


@pytest.mark.parametrize(("name", "phrase"), NOT_MISPLACED)
def test_what_is_said_of_a_medicine_is_not_taking_it(name: str, phrase: str) -> None:
    assert not _touched(name, phrase) & {"anticoagulant", "heparin", "vitamin-k-antagonist"}
