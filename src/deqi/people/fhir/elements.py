"""The elements that FHIR resources share: statuses, dates, periods, quantities."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from deqi.people.dates import DateRange, parse_date, span
from deqi.people.facts import State
from deqi.people.fhir import statuses
from deqi.people.fhir import types as fhir

UCUM = "http://unitsofmeasure.org"
COMPARATORS = frozenset({"<", "<=", ">=", ">"})


class MalformedError(Exception):
    """A resource whose code, status or value cannot be read. The message says what, without quoting it."""


def status_code(concept: fhir.Concept | None) -> str:
    """The code of a status concept; empty when there is none."""
    if concept is None:
        return ""
    code = next((one.code for one in concept.coding or () if one.code), None) or concept.text
    if not code:
        raise MalformedError("a status without a code")
    return code


def clinical_state(clinical: str, verification: str, abated: bool) -> State:
    """The state of a condition or allergy. Called active and yet abated leaves it open."""
    if verification and verification not in statuses.VERIFICATION:
        raise MalformedError("a verification status that FHIR R4 does not have")
    if clinical and clinical not in statuses.CLINICAL:
        raise MalformedError("a clinical status that FHIR R4 does not have")
    if verification == "refuted":
        return "refuted"
    state = statuses.CLINICAL[clinical] if clinical else "present"
    if not abated:
        return state
    return "past" if not clinical or state != "present" else "unknown"


def state_of(status: str | None, table: Mapping[str, State]) -> State | None:
    """The state a status means; None for entered in error."""
    if status == statuses.IGNORED:
        return None
    state = table.get(status or "")
    if state is None:
        raise MalformedError("no status, or one that FHIR R4 does not have")
    return state


def number_of(part: fhir.Observation | fhir.Result) -> tuple[float | None, str, str]:
    """The number of a result with its unit and comparator."""
    if part.valueInteger is not None:
        return float(part.valueInteger), "", ""
    quantity = part.valueQuantity
    if quantity is None or quantity.value is None:
        return None, "", ""
    if not math.isfinite(quantity.value):
        raise MalformedError("a value that is no finite number")
    comparator = quantity.comparator or ""
    if comparator and comparator not in COMPARATORS:
        raise MalformedError("a comparator that FHIR R4 does not have")
    return quantity.value, unit_of(quantity), comparator


def unit_of(quantity: fhir.Quantity) -> str:
    """The UCUM code of a quantity, else the unit as written."""
    if quantity.code and quantity.system in (UCUM, None):
        return quantity.code
    return (quantity.unit or "").strip()


def moment(text: str | None) -> DateRange | None:
    """A date, when it can be read. Kept for a while: the records of one visit share their time."""
    return _parse(text) if text else None


_parse = functools.lru_cache(maxsize=4096)(parse_date)


def begun(period: fhir.Period | None) -> DateRange | None:
    """The start of a period."""
    return moment(period.start) if period else None


def ended(period: fhir.Period | None) -> DateRange | None:
    """The end of a period."""
    return moment(period.end) if period else None


def covered(period: fhir.Period | None) -> DateRange | None:
    """The whole of a period: the fact lies somewhere in it."""
    return span(begun(period), ended(period)) if period else None
