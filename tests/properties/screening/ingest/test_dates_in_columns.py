"""Dates read together are the dates read one by one."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from deqi.people.dates import parse_date
from deqi.screening.ingest.rows import dates_in

_TIMES = ("", "T08:00:00Z", "T23:59:59+02:00", "T00:30:00-05:00", "T10:00:00.123Z", "T10:00:00.123456+13:59", "T10:00",
          "T25:00:00Z", "T10:00:60Z", "T10:00:00", "T10:00:00+24:00", "x")  # fmt: skip
_WRITTEN = st.builds(
    lambda year, month, day, time, cut: f"{year:04d}-{month:02d}-{day:02d}{time}"[: cut or None],
    st.sampled_from((1, 1599, 1600, 1999, 2000, 2023, 2024, 2999, 9999)),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from(_TIMES),
    st.sampled_from((None, None, None, 4, 7, 10)),
)


@given(st.lists(st.none() | _WRITTEN, max_size=12))
def test_together_and_one_by_one(written: list[str | None]) -> None:
    first, last, at = (column.to_pylist() for column in dates_in(pa.array(written, pa.string())))
    for index, text in enumerate(written):
        found = None if text is None else parse_date(text)
        expected = (None, None, None) if found is None else (found.earliest, found.latest, found.instant)
        assert (first[index], last[index], at[index]) == expected, text
