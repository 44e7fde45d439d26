"""Printing counts of persons so that no small one can be reckoned from what stands beside it.

Each count is rounded on its own, as ehrQL does with what leaves its servers: below 8 it is hidden, anything else is
rounded to 5. Parts and a total rounded in that way can still give each other away where the total lies at an end of
what its parts leave possible; there it is printed as its neighbour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

HIDDEN_BELOW = 8
STEP = 5
FEWEST = 3
"""Values that every printed count must leave possible."""
Count = int | Literal["<8"]
"""``<8``: fewer than that, perhaps none."""
_NO_END = 10**12
Range = tuple[int, int]
"""The least and the most that a count may be."""


class Sum(NamedTuple):
    """A total and its parts, by name: they come to exactly it, to no more (``up to``) or to no less (``at least``)."""

    total: str
    parts: tuple[str, ...]
    come_to: Literal["exactly", "up to", "at least"] = "exactly"


def rounded(count: int) -> Count:
    """A count as it is printed on its own."""
    return "<8" if count < HIDDEN_BELOW else (count + STEP // 2) // STEP * STEP


def range_of(printed: Count) -> Range:
    """The counts that are printed like this."""
    if printed == "<8":
        return 0, HIDDEN_BELOW - 1
    return printed - STEP // 2, printed + STEP // 2


def printed_together(counts: Mapping[str, int], sums: Iterable[Sum], exact: bool = False) -> dict[str, Count]:
    """Counts as they are printed beside each other, where it is known which are parts of which.

    ``sums`` come with the innermost first: a total that is a part of another stands before that.
    """
    if exact:
        return dict(counts)
    shown = {name: rounded(count) for name, count in counts.items()}
    ranges = {name: range_of(count) for name, count in shown.items()}
    by_total: dict[str, list[Sum]] = {}
    for one in sums:
        by_total.setdefault(one.total, []).append(one)
    for total, parted in by_total.items():
        shown[total], ranges[total] = _away_from_ends(counts[total], *_left_by(parted, ranges))
    return shown


def _left_by(parted: Iterable[Sum], ranges: Mapping[str, Range]) -> Range:
    """What the parts leave possible for their total."""
    low, high = 0, _NO_END
    for one in parted:
        if one.come_to != "at least":
            low = max(low, sum(ranges[part][0] for part in one.parts))
        if one.come_to != "up to":
            high = min(high, sum(ranges[part][1] for part in one.parts))
    return low, high


def _away_from_ends(total: int, low: int, high: int) -> tuple[Count, Range]:
    """A total as it is printed, and what that leaves possible: a few values at an end go with their neighbours."""
    first, last = range_of(rounded(total))
    if min(last, high) - max(first, low) + 1 < FEWEST:
        total = last + 1 if first <= low else first - 1
    printed = rounded(total)
    first, last = range_of(printed)
    if 0 <= first - low < FEWEST:
        first = low
    if 0 <= high - last < FEWEST:
        last = high
    return printed, (max(first, low), min(last, high))
