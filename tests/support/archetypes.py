"""A plain person and eight people of a neuropathy clinic; every question not answered here is answered no."""

import datetime as dt
import functools
from typing import Any

import msgspec

from deqi.knowledge import load
from deqi.people.facts import Person
from deqi.safety.cases.run import Case, person_of
from deqi.safety.engine import Engine

AS_OF = dt.date(2026, 11, 24)

ARCHETYPES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "plain": (
        "A woman of 60 with nothing on record and every question answered no.",
        {"sex": "female", "born": "1966-03-01"},
        {},
    ),
    "diabetic-ulcer": (
        "A man of 66 with type 2 diabetes, diabetic neuropathy and an ulcer of the left foot.",
        {
            "sex": "male",
            "born": "1960-03-01",
            "conditions": [
                {"set": "diabetes", "since": "2010"},
                {"set": "neuropathy-diabetic", "since": "2021"},
                {"set": "foot-ulcer-or-infection", "site": "foot", "side": "left", "since": "2026-10"},
            ],
        },
        {},
    ),
    "paclitaxel-low-platelets": (
        "A woman of 56 on paclitaxel, numb hands and feet, platelets 40 four days ago, neutrophils 2.",
        {
            "sex": "female",
            "born": "1970-03-01",
            "conditions": [
                {"set": "active-malignancy", "since": "2026-05"},
                {"set": "neuropathy-chemotherapy", "since": "2026-09"},
            ],
            "medications": [
                {"set": "cytotoxic-medicine", "since": "2026-11-10"},
                {"set": "neurotoxic-chemotherapy", "since": "2026-11-10"},
            ],
            "observations": [
                {"set": "platelet-count", "value": 40, "unit": "10*3/uL", "date": "2026-11-20"},
                {"set": "neutrophil-count", "value": 2, "unit": "10*3/uL", "date": "2026-11-20"},
            ],
        },
        {},
    ),
    "apixaban": (
        "A man of 76 with neuropathy of unknown cause, worked up, on apixaban.",
        {
            "sex": "male",
            "born": "1950-03-01",
            "conditions": [{"set": "neuropathy-other-poly", "since": "2022"}],
            "medications": [{"set": "anticoagulant", "since": "2024-01-10"}],
        },
        {},
    ),
    "icd": (
        "A man of 70 with a defibrillator in the left chest and idiopathic neuropathy.",
        {
            "sex": "male",
            "born": "1956-03-01",
            "conditions": [{"set": "neuropathy-other-poly", "since": "2022"}],
            "devices": [{"set": "implanted-defibrillator", "site": "upper-chest", "side": "left", "since": "2020"}],
        },
        {},
    ),
    "pregnant-14-weeks": (
        "A woman of 31, 14 weeks pregnant, with carpal tunnel syndrome.",
        {"sex": "female", "born": "1995-03-01"},
        {"could-be-pregnant": "yes", "pregnant": "yes", "pregnancy-weeks": 14, "pregnancy-weeks-known": "yes"},
    ),
    "mastectomy-left": (
        "A woman of 58 after mastectomy with nodes taken out on the left, numb hands from chemotherapy that has ended.",
        {
            "sex": "female",
            "born": "1968-03-01",
            "conditions": [{"set": "neuropathy-chemotherapy", "since": "2025-09"}],
            "procedures": [
                {"set": "mastectomy-or-node-surgery", "site": "breast", "side": "left", "date": "2025-03-10"}
            ],
        },
        {"limb-swelling-nodes-clot": "yes", "nodes-removed-or-irradiated": "yes", "nodes-limb": "left-arm"},
    ),
    "thin-emphysema": (
        "A woman of 74 with emphysema and a body mass index of 16.5.",
        {
            "sex": "female",
            "born": "1952-03-01",
            "conditions": [{"set": "lung-hyperinflation", "since": "2012"}],
            "observations": [{"set": "bmi", "value": 16.5, "unit": "kg/m2", "date": "2026-11-02"}],
        },
        {},
    ),
    "hiv": (
        "A man of 51 with HIV under treatment and HIV neuropathy.",
        {
            "sex": "male",
            "born": "1975-03-01",
            "conditions": [{"set": "bloodborne-virus", "since": "2008"}, {"set": "neuropathy-hiv", "since": "2019"}],
        },
        {},
    ),
}


@functools.cache
def engine() -> Engine:
    """The shipped knowledge, compiled once."""
    return Engine.load(load())


def person(name: str, **answers: Any) -> Person:
    """One of them, with more answers if given (``_`` in the name of a question stands for ``-``)."""
    _, who, given = ARCHETYPES[name]
    more = {question.replace("_", "-"): value for question, value in answers.items()}
    case = {
        "id": name,
        "about": [],
        "reason": "an archetype",
        "author": "engine",
        "as_of": AS_OF.isoformat(),
        "person": who,
        "answers": {**given, **more},
        "answers_else": "no",
        "expect": {},
    }
    return person_of(engine(), msgspec.convert(case, Case))


def nobody() -> Person:
    """Somebody of whom nothing is known."""
    return Person(token="p1")
