"""No count of persons that is hidden or rounded can be reckoned from what is printed beside it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable

import pytest

from deqi.screening.disclosure import FEWEST, Count, Sum, printed_together, range_of, rounded

Table = tuple[int, ...]


@pytest.mark.parametrize(
    ("count", "printed"), [(0, "<8"), (1, "<8"), (7, "<8"), (8, 10), (12, 10), (13, 15), (58, 60), (1002, 1000)]
)
def test_a_count_is_hidden_below_eight_and_rounded_to_five(count: int, printed: Count) -> None:
    assert rounded(count) == printed
    low, high = range_of(printed)
    assert low <= count <= high
    assert {rounded(low), rounded(high)} == {printed}
    assert rounded(high + 1) != printed


def _tables_by_print(tables: Iterable[Table], sums: tuple[Sum, ...]) -> dict[tuple[Count, ...], list[Table]]:
    """All tables that look the same: whoever knows how counts are printed knows as much and no more."""
    found: dict[tuple[Count, ...], list[Table]] = defaultdict(list)
    for table in tables:
        names = [str(place) for place in range(len(table))]
        printed = printed_together(dict(zip(names, table, strict=True)), sums)
        found[tuple(printed.values())].append(table)
    return found


def _fewest(tables: list[Table]) -> int:
    return min(len(set(column)) for column in zip(*tables, strict=True))


def test_parts_that_add_up_to_a_printed_total() -> None:
    parts = itertools.product(range(31), range(31), range(16))
    looks = _tables_by_print(((sum(one), *one) for one in parts), (Sum("0", ("1", "2", "3")),))
    # Those whose like all lie within what was tried.
    whole = {
        shown: tables
        for shown, tables in looks.items()
        if all(count == "<8" or count <= 25 for count in shown[1:3]) and (shown[3] == "<8" or shown[3] <= 10)
    }
    assert len(whole) > 50
    for shown, tables in whole.items():
        assert _fewest(tables) >= FEWEST, (shown, tables)


def test_a_rule_that_fired_and_one_that_asks_of_a_printed_total() -> None:
    tables = (
        (total, yes, unknown) for total in range(41) for yes in range(total + 1) for unknown in range(total - yes + 1)
    )
    looks = _tables_by_print(tables, (Sum("0", ("1", "2"), "up to"),))
    whole = {shown: one for shown, one in looks.items() if shown[0] == "<8" or int(shown[0]) <= 30}
    assert len(whole) > 20
    for shown, one in whole.items():
        assert _fewest(one) >= FEWEST, (shown, one)


def test_two_ways_to_part_the_same_persons() -> None:
    """Candidacies now and if clear, everybody, the dead and the judged, all printed at once."""
    moved = [
        one
        for now, clear in (("5", "7"), ("8", "6"))
        for one in (Sum(clear, (now,), "up to"), Sum(clear, (now, "4"), "at least"))
    ]
    sums = (*moved, Sum("2", ("3", "4", "5", "8")), Sum("2", ("3", "6", "7")), Sum("0", ("1", "2")))
    tables = []
    for no, ask, yes in itertools.product(range(8, 18), range(13), range(8, 18)):
        for changes in range(ask + 1):
            judged = no + ask + yes
            end = (judged, no, ask, yes, changes, yes + ask - changes, 0)
            tables += [(judged + dead, dead, *end) for dead in range(8)]
    looks = _tables_by_print(tables, sums)
    whole = {shown: one for shown, one in looks.items() if {shown[3], shown[5]} <= {10, 15} and shown[4] in ("<8", 10)}
    assert len(whole) > 50
    for shown, one in whole.items():
        # Of those with changes now one number was tried.
        columns = list(zip(*one, strict=True))
        assert min(len(set(columns[place])) for place in range(8)) >= FEWEST, (shown, one)
