"""An edition of the knowledge: its faults, its gaps, and what changed since another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.knowledge.check.run import CheckReport
from deqi.knowledge.editorial.diff import Change
from deqi.knowledge.editorial.gaps import Gap
from deqi.knowledge.tables.words import EditionChange
from deqi.report.blocks import Entry, Items, Page, Pairs, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases


def faults_page(report: CheckReport, words: Mapping[str, str]) -> Page:
    """Every fault, and how much was looked through."""
    lines = [f"{fault.place}: {fault.problem}" for fault in report.faults]
    lines.append(f"{sum(report.rows.values())} rows in {len(report.rows)} tables, {len(report.faults)} faults")
    return sheet("", words, Section("faults", "", lead=tuple(say(line) for line in lines)))


def gaps_page(found: Sequence[Gap], words: Mapping[str, str]) -> Page:
    """What is not known, not checked, or due."""
    lead = tuple(
        line
        for gap in found
        for line in (say(f"{gap.title}: {gap.count}"), *((say("  " + ", ".join(gap.rows)),) if gap.rows else ()))
    )
    return sheet("", words, Section("gaps", "", lead=lead))


def tables_page(tables: Mapping[str, int], phrases: Phrases, words: Mapping[str, str]) -> Page:
    """Every table, and how many rows it has."""
    head = (phrases.say("tables.table"), phrases.say("tables.rows"))
    rows = tuple(cells(name, f"{count:,}") for name, count in tables.items())
    return sheet("", words, Section("tables", "", card=(Table("", head, rows, numeric=(1,), narrow=True),)))


def table_page(rows: Mapping[str, Mapping[str, str]], phrases: Phrases, words: Mapping[str, str]) -> Page:
    """The keys of a table's rows; of one row every column."""
    if len(rows) != 1:
        lines = (*map(say, rows), say(phrases.say("tables.count", {"count": f"{len(rows):,}"})))
        return sheet("", words, Section("rows", "", lead=lines))
    ((key, row),) = rows.items()
    pairs = Pairs(tuple((name, say(text)) for name, text in row.items()))
    return sheet(key, words, Section("row", "", card=(pairs,)))


def changes_page(changes: Sequence[Change], words: Mapping[str, str]) -> Page:
    """The rows that differ between two editions, cell by cell."""
    entries = tuple(
        Entry(
            say(f"{change.what:8} {change.table} {change.key}"),
            tuple(
                say(f"{column}: {before or 'empty'} -> {after or 'empty'}")
                for column, (before, after) in change.cells.items()
            ),
        )
        for change in changes
    )
    return sheet("", words, Section("changes", "", card=(*entries, say(f"{len(changes)} rows differ"))))


def recorded_changes_page(rows: Sequence[EditionChange], phrases: Phrases, words: Mapping[str, str]) -> Page:
    """What is different since the last edition, the newest edition first."""
    editions = sorted({(row.released, row.edition) for row in rows}, reverse=True)
    sections = tuple(
        Section(
            f"edition-{edition}",
            phrases.say("edition.heading", {"edition": edition, "released": released.isoformat()}),
            card=(
                Items(
                    "",
                    tuple(
                        Say(row.said, strong=phrases.say(f"edition.area.{row.area}"))
                        for row in rows
                        if row.edition == edition
                    ),
                ),
            ),
        )
        for released, edition in editions
    )
    return sheet("", words, *sections)
