"""Facts that differ from one already read only in person, dates and value, put into columns together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deqi.people.dates import DateRange
from deqi.people.facts import Fact
from deqi.people.fhir import types as fhir
from deqi.people.fhir.elements import moment, unit_of
from deqi.people.table import DETAILS, FACTS, Reader, TableMaker, Tables

Dates = tuple[str | None, str | None, str | None, str | None]
"""As written: start, what stands in where the start is missing or no date, end, and when it was recorded."""

DATES: Mapping[str, Callable[[Any], Dates]] = {
    "Condition": lambda one: (one.onsetDateTime, None, one.abatementDateTime, one.recordedDate),
    "AllergyIntolerance": lambda one: (one.onsetDateTime, None, None, one.recordedDate),
    "MedicationRequest": lambda one: (one.authoredOn, None, None, one.authoredOn),
    "Procedure": lambda one: (one.performedDateTime, None, one.performedDateTime, None),
    "Observation": lambda one: (one.effectiveDateTime or one.effectiveInstant, one.issued, None, one.issued),
}
"""Where the dates of a resource stand that has no periods. Each pattern is checked against a fact read in full."""

DATE_NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Condition": (("onsetDateTime",), (), ("abatementDateTime",), ("recordedDate",)),
    "AllergyIntolerance": (("onsetDateTime",), (), (), ("recordedDate",)),
    "MedicationRequest": (("authoredOn",), (), (), ("authoredOn",)),
    "Procedure": (("performedDateTime",), (), ("performedDateTime",), ()),
    "Observation": (("effectiveDateTime", "effectiveInstant"), ("issued",), (), ("issued",)),
}
"""The same as names of elements, of which the first that is there counts."""

COLUMNS = 11
"""Pattern, person, four dates, value, unit, line, path, resource id."""
_INSTANT_IN_FULL = (
    r"^(1[6-9]|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{3}|\.[0-9]{6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)
_DAY, _INSTANT = pa.date32(), pa.timestamp("us")


class Patterns:
    """Facts read in full that others are like, by number."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._facts: list[Fact] = []
        self._tables: Tables | None = None

    def add(self, fact: Fact, dates: Dates, quantity: fhir.Quantity | None) -> int | None:
        """A new pattern's number; None when the fact does not follow from these dates and this quantity."""
        start, other, end, recorded = map(moment, dates)
        value, unit = (None, "") if quantity is None else (quantity.value, unit_of(quantity))
        if (fact.start, fact.end, fact.recorded) != (start or other, end, recorded) or fact.comparator:
            return None
        if (fact.value, fact.unit) != (value, unit):
            return None
        self._facts.append(fact)
        self._tables = None
        return len(self._facts) - 1

    def columns(self, columns: list[Any], file: str, first_row: int) -> tuple[pa.Table, pa.Table]:
        """Facts and details of rows, given as `COLUMNS` columns, each a list or an Arrow array."""
        made = self._made()
        pattern, person, start, other, end, recorded, value, unit, line, path, resource = columns
        if not len(pattern):
            return made.facts.slice(0, 0), made.details.slice(0, 0)
        numbers = np.asarray(pattern)
        begins = np.searchsorted(np.asarray(made.facts["row"]), np.arange(len(self._facts) + 1))
        counts = (begins[1:] - begins[:-1])[numbers]
        of = np.repeat(np.arange(len(pattern)), counts)
        place = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + begins[numbers][of]
        start_columns, other_columns = _dates(start), _dates(other)
        missing = pc.is_null(start_columns[0])
        varying: dict[str, Any] = {
            "row": pa.array(np.arange(len(pattern)) + first_row),
            "person": _array(person, pa.int64()),
            "value": _array(value, pa.float64()),
            "unit": _array(unit, pa.string()),
        }
        for name, mine, others in zip(
            ("start_first", "start_last", "start_at"), start_columns, other_columns, strict=True
        ):
            varying[name] = pc.if_else(missing, others, mine)
        for what, written in (("end", end), ("recorded", recorded)):
            for name, column in zip(("first", "last", "at"), _dates(written), strict=True):
                varying[f"{what}_{name}"] = column
        facts = made.facts.take(pa.array(place))
        picked = pa.array(of)
        for name, column in varying.items():
            if name in FACTS.names:
                facts = facts.set_column(FACTS.names.index(name), FACTS.field(name), pc.take(column, picked))
        details = made.details.take(pa.array(numbers))
        shown = {
            "row": varying["row"],
            "file": pa.array([file] * len(pattern), pa.string()),
            "line": _array(line, pa.int64()),
            "path": _array(path, pa.string()),
            "resource_id": _array(resource, pa.string()),
        }
        for name, column in shown.items():
            details = details.set_column(DETAILS.names.index(name), DETAILS.field(name), column)
        return facts, details

    def _made(self) -> Tables:
        """The patterns in columns; a pattern's rows are numbered like it."""
        if self._tables is None:
            maker = TableMaker(self._reader)
            for fact in self._facts:
                maker.add_fact(0, fact)
            self._tables = maker.take()
        return self._tables


def _array(column: Any, of: pa.DataType) -> pa.Array:
    return column if isinstance(column, pa.Array) else pa.array(column, of)


def _dates(written: Any) -> tuple[pa.Array, pa.Array, pa.Array]:
    """First day, last day and instant of dates as written; each different one is read once."""
    encoded = _array(written, pa.string()).dictionary_encode()
    columns = _read_dates(encoded.dictionary)
    first, last, at = (pc.take(column, encoded.indices) for column in columns)
    return first, last, at


def _read_dates(texts: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """The same for texts that are all different: instants written in full together, all others one by one."""
    full = pc.fill_null(pc.match_substring_regex(texts, _INSTANT_IN_FULL), False)
    instants = texts.filter(full)
    try:
        days = pc.cast(pc.utf8_slice_codeunits(instants, 0, 10), _DAY)
        moments = pc.cast(pc.cast(instants, pa.timestamp("us", "UTC")), _INSTANT)
    except pa.ArrowInvalid:
        # A day that no month has: then each is read by itself.
        full = pa.array([False] * len(texts), pa.bool_())
        instants, days, moments = texts.slice(0, 0), pa.array([], _DAY), pa.array([], _INSTANT)
    rest = pc.invert(full)
    found: list[DateRange | None] = [moment(one) for one in texts.filter(rest).to_pylist()]
    singly = (
        pa.array([None if one is None else one.earliest for one in found], _DAY),
        pa.array([None if one is None else one.latest for one in found], _DAY),
        pa.array([None if one is None else one.instant for one in found], _INSTANT),
    )
    order = np.empty(len(texts), np.int64)
    chosen = np.asarray(full.to_numpy(zero_copy_only=False), bool)
    order[chosen] = np.arange(len(instants))
    order[~chosen] = len(instants) + np.arange(len(found))
    first, last, at = (
        pc.take(pa.concat_arrays([together, one]), pa.array(order))
        for together, one in zip((days, days, moments), singly, strict=True)
    )
    return first, last, at
