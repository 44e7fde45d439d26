"""The sheet a clinician signs: every value no paper states, with its range, what was read, and a blank."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.atlas import Hazard, HazardText, MeasuredDepth, PointDepth, RegionHazard
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Setting, Threshold
from deqi.knowledge.words import say


def signoff_sheet(knowledge: Knowledge) -> str:
    """The sheet as Markdown."""
    return "\n".join(_lines(knowledge)) + "\n"


def _lines(knowledge: Knowledge) -> Iterator[str]:
    seen = {row.source: row.seen for row in knowledge.rows(Source)}

    blank = say("signoff.blank")

    unlisted = say("signoff.not-listed")

    def read(sources: tuple[str, ...]) -> str:
        return ", ".join(f"{one} ({seen.get(one, unlisted)})" for one in sources if one != "default") or "none"

    yield "# " + say("signoff.title", edition=knowledge.edition.version)
    yield ""
    yield say("signoff.lead")
    yield ""
    yield from _table("signoff.thresholds")
    for row in knowledge.rows(Setting):
        if row.basis == "default" or row.verified != "yes":
            yield (
                f"| {row.setting} | {row.rule} | {row.default_value:g} | {row.low:g} to {row.high:g} | {row.unit} "
                f"| {_cell(row.note)} | {read(row.source)} | {blank} |"
            )
    yield ""
    yield from _table("signoff.fixed")
    for fixed in knowledge.rows(Threshold):
        if fixed.basis == "default" or fixed.verified != "yes":
            yield (
                f"| {fixed.threshold} | {fixed.value:g} | {fixed.unit} | {_cell(fixed.decides)} | {_cell(fixed.note)} "
                f"| {read(fixed.source)} | {blank} |"
            )
    yield ""
    yield from _table("signoff.rules")
    for rule in knowledge.rules:
        if rule.basis == "default" or rule.verified == "no":
            yield (
                f"| {rule.id} | {rule.severity} | {_cell(rule.title)} | {_cell(rule.note)} | {rule.verified} "
                f"| {read(rule.source)} | {blank} |"
            )
    yield ""
    yield from _table("signoff.depths")
    textbook = {row.point: row.mm_high_lowest for row in knowledge.rows(PointDepth)}
    words = {row.hazard: row.textbook_depth for row in knowledge.rows(HazardText)}
    measured: dict[str, list[str]] = {}
    for depth in knowledge.rows(MeasuredDepth):
        if depth.bears != "context" and depth.mm is not None:
            for point in depth.points:
                measured.setdefault(point, []).append(f"{depth.structure} {depth.mm:g} ({depth.statistic})")
    for hazard in knowledge.rows(Hazard):
        if hazard.cap_basis == "house":
            limit = textbook.get(hazard.point)
            yield (
                f"| {hazard.point}{' ' + hazard.segment if hazard.segment else ''} | {hazard.cap_mm:g} "
                f"| {'' if limit is None else f'{limit:g}'} | {_cell('; '.join(measured.get(hazard.point, [])))} "
                f"| {_cell(words.get(hazard.hazard, ''))} | {read(hazard.source)} | {blank} |"
            )
    yield ""
    yield from _table("signoff.regions")
    for region in knowledge.rows(RegionHazard):
        limit_text = say("signoff.its-points") if region.cap_mm is None else f"{region.cap_mm:g}"
        yield (
            f"| {region.region} | {limit_text} | {_cell(region.measured)} | {_cell(region.note)} "
            f"| {read(region.source)} | {blank} |"
        )


def _table(key: str) -> Iterator[str]:
    """The heading of a table, and its columns, which stand under one key."""
    columns = say(f"{key}.columns")
    yield "## " + say(key)
    yield ""
    yield f"| {columns} |"
    yield "| --- " * (columns.count("|") + 1) + "|"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ").strip()
