"""Who a chart is about, as far as the rules need to know: sex, birth, death."""

from __future__ import annotations

from typing import Literal

import msgspec

from deqi.people.dates import DateRange
from deqi.people.facts import Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.elements import moment

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_BIRTH_SEXES: dict[str, Literal["female", "male"]] = {"F": "female", "M": "male"}
Sex = Literal["female", "male"]


class Known(msgspec.Struct, eq=False, gc=False):
    """A person while files are being read. ``number`` is their place in the order of reading."""

    number: int
    origin: Origin
    sex: Sex | None = None
    birth: DateRange | None = None
    deceased: bool = False
    died: DateRange | None = None


def known_from(patient: fhir.Patient, number: int, origin: Origin) -> Known:
    """A Patient resource. Sex at birth and administrative gender that differ leave the sex unknown."""
    return Known(
        number,
        origin,
        _sex(patient),
        moment(patient.birthDate),
        bool(patient.deceasedBoolean) or patient.deceasedDateTime is not None,
        moment(patient.deceasedDateTime),
    )


def _sex(patient: fhir.Patient) -> Sex | None:
    gender: Sex | None = "female" if patient.gender == "female" else "male" if patient.gender == "male" else None
    for extension in patient.extension or ():
        if extension.url == _BIRTH_SEX and extension.valueCode in _BIRTH_SEXES:
            return gender if _BIRTH_SEXES[extension.valueCode] == gender else None
    return gender


def merge(known: Known, other: Known) -> bool:
    """Two Patient resources under one id: what they disagree about is unknown. True when they agree."""
    agree = known.sex == other.sex and known.birth == other.birth
    if known.sex != other.sex:
        known.sex = None
    if known.birth != other.birth:
        known.birth = None
    known.deceased = known.deceased or other.deceased
    known.died = known.died or other.died
    return agree
