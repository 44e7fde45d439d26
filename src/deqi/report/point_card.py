"""Points of the atlas: one as a card, several as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.knowledge.atlas import PointCard
from deqi.report.blocks import Page, Pairs, Section, Table, cells, say, sheet


def points_page(cards: Sequence[PointCard], words: Mapping[str, str]) -> Page:
    """One point in full; several in a line each."""
    if len(cards) == 1:
        return point_page(cards[0], words)
    rows = tuple(cells(one.code, one.pinyin, one.hanzi, one.location) for one in cards)
    return sheet("", words, Section("points", "", card=(Table("", ("", "", "", ""), rows, narrow=True),)))


def point_page(card: PointCard, words: Mapping[str, str]) -> Page:
    """Names, place, nerves, textbook depth and hazards of a point."""
    hazards = [Section(f"hazard-{hazard.hazard}", "", card=(_pairs(hazard.lines()),)) for hazard in card.hazards]
    return sheet(
        f"{card.code}  {card.pinyin_tone or card.pinyin}  {card.hanzi}".rstrip(),
        words,
        Section("point", "", card=(_pairs(card.lines()),)),
        *hazards,
    )


def _pairs(lines: list[tuple[str, str]]) -> Pairs:
    return Pairs(tuple((label, say(text)) for label, text in lines))
