"""Facts in rows: a pattern, which many facts share, and what differs: person, place, dates, value.

A pattern is a `Fact` without these. Its code sets, kind, state, site and words are so kept once, however many facts
follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deqi.people.dates import DateRange
from deqi.people.facts import Fact, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.elements import moment, unit_of
from deqi.screening.ingest.fhir.outline import Texts, Timing

Ints = npt.NDArray[np.int64]
_DAY, _INSTANT = pa.date32(), pa.timestamp("us")
_WHEN = [
    (f"{what}_{end}", _INSTANT if end == "at" else _DAY)
    for what in ("start", "end", "recorded")
    for end in ("first", "last", "at")
]
NOWHERE = -1
"""Instead of a line or an entry where there is none."""

ROWS = pa.schema(
    [
        ("pattern", pa.int64()),
        ("person", pa.int64()),
        ("file", pa.int64()),
        ("line", pa.int64()),
        ("entry", pa.int64()),
        ("resource_id", pa.string()),
        *_WHEN,
        ("value", pa.float64()),
        ("unit", pa.string()),
    ]
)
"""``file`` is a place in a list of files; ``line`` and ``entry`` say where the resource stands in it."""

_INSTANT_IN_FULL = (
    r"^(1[6-9]|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{3}|\.[0-9]{6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)


def path_of(entry: int) -> str:
    """The path of a resource in its document, by the entry of the Bundle."""
    return "" if entry == NOWHERE else f"Bundle.entry[{entry}].resource"


def pattern_of(fact: Fact) -> Fact:
    """The fact without what differs from one to the next."""
    return msgspec.structs.replace(fact, origin=Origin(), start=None, end=None, recorded=None, value=None, unit="")


def follows(fact: Fact, timing: Timing, texts: Texts, quantity: fhir.Quantity | None) -> bool:
    """Whether a fact read in full has the dates and the value that its outline says."""
    value, unit = (None, "") if quantity is None else (quantity.value, unit_of(quantity))
    told = tuple(_first_read(texts, places) for places in (timing.start, timing.end, timing.recorded))
    return (fact.start, fact.end, fact.recorded) == told and (fact.value, fact.unit) == (value, unit)


def _first_read(texts: Texts, places: Iterable[int]) -> DateRange | None:
    return next((found for place in places if (found := moment(texts[place])) is not None), None)


class Places:
    """Where some resources stand: file, line and entry of each."""

    def __init__(self, file: Ints, line: Ints, entry: Ints) -> None:
        self.file, self.line, self.entry = file, line, entry

    def some(self, which: npt.NDArray[Any]) -> Places:
        """Those at some places, or where a mask is true."""
        return Places(self.file[which], self.line[which], self.entry[which])


def rows_in_outline(
    patterns: Ints,
    persons: Ints,
    places: Places,
    resources: Sequence[Any],
    timing: Timing,
    quantities: Sequence[fhir.Quantity | None] | None,
) -> pa.Table:
    """Rows of resources in outline that each follow a pattern."""
    texts = [
        pa.array(column, pa.string()) if any(column) else None
        for column in zip(*map(timing.texts, resources), strict=True)
    ]
    if quantities is None:
        value, unit = None, None
    else:
        value = pa.array([None if one is None else one.value for one in quantities], pa.float64())
        unit = pa.array(["" if one is None else unit_of(one) for one in quantities], pa.string())
    ids = pa.array([one.id or "" for one in resources], pa.string())
    return rows_in_columns(patterns, persons, places, ids, timing, texts, value, unit)


def rows_in_columns(
    patterns: Ints,
    persons: Ints,
    places: Places,
    ids: pa.Array,
    timing: Timing,
    texts: Sequence[pa.Array | None],
    value: pa.Array | None,
    unit: pa.Array | None,
) -> pa.Table:
    """The same from columns: texts as ``timing`` names them, None where there is none at all."""
    size = len(patterns)
    read = [None if column is None else dates_in(column) for column in texts]
    when = [column for ends in (timing.start, timing.end, timing.recorded) for column in _coalesced(read, ends, size)]
    if value is None or unit is None:
        value, unit = pa.nulls(size, pa.float64()), pa.repeat("", size)
    return _table(patterns, persons, places, ids, when, value, unit)


def rows_of_facts(patterns: Ints, persons: Ints, places: Places, facts: Sequence[Fact]) -> pa.Table:
    """Rows of facts that were read in full."""
    when = [
        column
        for ranges in zip(*((one.start, one.end, one.recorded) for one in facts), strict=True)
        for column in _columns(ranges)
    ]
    ids = pa.array([one.origin.resource_id for one in facts], pa.string())
    value = pa.array([one.value for one in facts], pa.float64())
    return _table(patterns, persons, places, ids, when, value, pa.array([one.unit for one in facts], pa.string()))


def _table(
    patterns: Ints, persons: Ints, places: Places, ids: pa.Array, when: list[pa.Array], value: pa.Array, unit: pa.Array
) -> pa.Table:
    numbers = (pa.array(one) for one in (patterns, persons, places.file, places.line, places.entry))
    return pa.table([*numbers, ids, *when, value, unit], schema=ROWS)


Columns = tuple[pa.Array, pa.Array, pa.Array]
"""First day, last day and instant."""


def _columns(ranges: Iterable[DateRange | None]) -> Columns:
    found = list(ranges)
    return (
        pa.array([None if one is None else one.earliest for one in found], _DAY),
        pa.array([None if one is None else one.latest for one in found], _DAY),
        pa.array([None if one is None else one.instant for one in found], _INSTANT),
    )


def _coalesced(read: Sequence[Columns | None], places: Iterable[int], size: int) -> Columns:
    """The first date that could be read, of some columns; all three of its parts from the same one."""
    chosen: Columns | None = None
    for columns in (read[place] for place in places):
        if columns is None:
            continue
        if chosen is None:
            chosen = columns
        elif chosen[0].null_count:
            missing = pc.is_null(chosen[0])
            first, last, at = (pc.if_else(missing, other, mine) for mine, other in zip(chosen, columns, strict=True))
            chosen = first, last, at
    return chosen if chosen is not None else (pa.nulls(size, _DAY), pa.nulls(size, _DAY), pa.nulls(size, _INSTANT))


def dates_in(texts: pa.Array) -> Columns:
    """First day, last day and instant of dates as written; each different one is read once."""
    encoded = texts.dictionary_encode()
    first, last, at = (pc.take(column, encoded.indices) for column in _read_dates(encoded.dictionary))
    return first, last, at


def _read_dates(texts: pa.Array) -> Columns:
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
    singly = _columns(moment(one) for one in texts.filter(pc.invert(full)).to_pylist())
    order = np.empty(len(texts), np.int64)
    chosen = np.asarray(full.to_numpy(zero_copy_only=False), bool)
    order[chosen] = np.arange(len(instants))
    order[~chosen] = len(instants) + np.arange(len(texts) - len(instants))
    first, last, at = (
        pc.take(pa.concat_arrays([together, one]), pa.array(order))
        for together, one in zip((days, days, moments), singly, strict=True)
    )
    return first, last, at
