"""The elements that FHIR resources share: statuses, dates, periods, quantities."""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections.abc import Iterable, Mapping

from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import ANY_DAY, DateRange, parse_date, span
from deqi.people.facts import State
from deqi.people.fhir import statuses
from deqi.people.fhir import types as fhir

UCUM = "http://unitsofmeasure.org"
COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_COMPARATOR_WORDS = {"≤": "<=", "≥": ">="}
_NUMBER = re.compile(
    r"([<>]=?|[≤≥])?\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*"
    r"([^\s0-9.,:/-][^,;]{0,40}|/\s*[^\s0-9,;][^,;]{0,40}|10[*^][^,;]{1,40})"
)
_LONGEST_UNREAD = 120
_DAYS = {
    "d": 1,
    "day": 1,
    "days": 1,
    "wk": 7,
    "week": 7,
    "weeks": 7,
    "mo": 30.4375,
    "month": 30.4375,
    "months": 30.4375,
}
"""Days in the units in which a supply is told."""


class MalformedError(Exception):
    """A resource whose code, status or value cannot be read. The message says what, without quoting it."""


def status_code(concept: fhir.Concept | None, known: Iterable[str]) -> str:
    """The status that a concept says, in any of its codings or as text; empty when there is none.

    Of codings that differ the more hazardous counts, the first in ``known``. What says nothing that is known is
    `statuses.UNREADABLE`.
    """
    if concept is None:
        return ""
    said = {_spelt(text) for one in concept.coding or () for text in (one.code, one.display) if text}
    said.add(_spelt(concept.text or ""))
    found = next((one for one in known if one in said), None)
    if found is not None:
        return found
    return statuses.IGNORED if statuses.IGNORED in said else statuses.UNREADABLE


def _spelt(status: str) -> str:
    return "-".join(status.casefold().split())


def clinical_state(clinical: str, verification: str, abated: bool) -> State:
    """The state of a condition or allergy. Called active and yet abated, or a status unread, leaves it open."""
    if verification == "refuted":
        return "refuted"
    state = "unknown" if clinical == statuses.UNREADABLE else statuses.CLINICAL.get(clinical, "present")
    if verification == statuses.UNREADABLE and state != "present":
        return "unknown"
    if not abated:
        return state
    return "past" if not clinical or state not in ("present", "unknown") else "unknown"


def state_of(status: str | None, table: Mapping[str, State]) -> State | None:
    """The state a status means; None for entered in error or withdrawn, unknown for one that says nothing."""
    said = _spelt(status or "")
    never = said == statuses.IGNORED or (said in statuses.WITHDRAWN and table in statuses.CAN_BE_WITHDRAWN)
    return None if never else table.get(said, "unknown")


def number_of(part: fhir.Observation | fhir.Result) -> tuple[float | None, str, str]:
    """The number of a result with its unit and comparator; words are one only together with a unit."""
    if says_two_values(part):
        return None, "", ""
    if part.valueInteger is not None:
        return float(part.valueInteger), "", ""
    quantity = part.valueQuantity
    if quantity is None:
        return number_in(part.valueString or "")
    comparator = quantity.comparator or ""
    if quantity.value is None or not math.isfinite(quantity.value) or (comparator and comparator not in COMPARATORS):
        return None, "", ""
    return quantity.value, unit_of(quantity), comparator


def says_two_values(part: fhir.Observation | fhir.Result) -> bool:
    """Whether a result has more than one value; FHIR allows one, and nobody can tell which is meant."""
    values = (
        part.valueQuantity, part.valueCodeableConcept, part.valueString, part.valueBoolean, part.valueInteger,
        part.valueRange, part.valueRatio,
    )  # fmt: skip
    return sum(one is not None for one in values) > 1


def number_in(text: str) -> tuple[float | None, str, str]:
    """A number with its unit and comparator, as it is written in words (``< 20 K/uL``)."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None, "", ""
    return float(found[2]), found[3].strip(), _COMPARATOR_WORDS.get(found[1] or "", found[1] or "")


def unread_of(part: fhir.Observation | fhir.Result) -> str:
    """What a result holds that is neither a number nor a code: a range, a ratio, a flag, why there is no value."""
    said: list[str] = []
    if part.valueRange is not None:
        said.append(" - ".join(_shown(one) for one in (part.valueRange.low, part.valueRange.high)))
    if part.valueRatio is not None:
        said.append(" / ".join(_shown(one) for one in (part.valueRatio.numerator, part.valueRatio.denominator)))
    if part.valueDateTime is not None:
        said.append(part.valueDateTime)
    quantity = part.valueQuantity
    if quantity is not None and number_of(part)[0] is None:
        said.append(_shown(quantity))
    if part.valueQuantity is None or said:
        flags = part.interpretation if isinstance(part.interpretation, list) else [part.interpretation]
        said += [word for one in (*flags, part.dataAbsentReason) if (word := _word_of(one))]
    return "; ".join(said)[:_LONGEST_UNREAD]


def _shown(quantity: fhir.Quantity | None) -> str:
    if quantity is None:
        return "?"
    number = "?" if quantity.value is None else f"{quantity.value:g}"
    return " ".join(filter(None, (quantity.comparator, number, unit_of(quantity))))


def _word_of(concept: fhir.Concept | None) -> str:
    if concept is None:
        return ""
    return next((one.code or one.display or "" for one in concept.coding or ()), "") or concept.text or ""


def lasting(start: DateRange | None, supply: fhir.Quantity | None, times: int = 1) -> DateRange | None:
    """When a supply that was begun with ends; None where it does not say how long it lasts."""
    if start is None or supply is None or supply.value is None or not math.isfinite(supply.value):
        return None
    days = supply.value * _DAYS.get((supply.code or supply.unit or "d").casefold(), math.nan) * max(times, 1)
    if not 0 < days <= thresholds().longest_supply_days:
        return None
    more = dt.timedelta(days=math.ceil(days))
    try:
        return DateRange(start.earliest + more, start.latest + more)
    except OverflowError:
        return None


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
    """The whole of a period: the fact lies somewhere in it. One without an end has not ended on the day it began."""
    if period is None:
        return None
    start, end = begun(period), ended(period)
    return span(start, end if end is not None or start is None else DateRange(start.earliest, ANY_DAY.latest))
