"""The rows and the sources."""

from __future__ import annotations

from deqi.knowledge.editorial.citing import link
from deqi.report.blocks import Items, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases


def rows_section(report: Report, phrases: Phrases) -> Section:
    """Every row a number rests on, as it stands in the tables."""
    rows = tuple(
        cells(Say(line.key), line.text, Say(", ".join(line.source), tuple(f"source:{one}" for one in line.source)))
        for line in report.rows
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("row", "row_says", "source"))
    table = Table(phrases.say("rows.heading"), head, rows)
    lead = say(phrases.say("rows.lead", {"count": len(report.rows)}))
    return Section("rows", phrases.say("rows.heading"), (lead,), (), (table,))


def sources_section(report: Report, phrases: Phrases) -> Section:
    """The works, each with an address where one is known. ``strong`` is the source's id."""
    items = tuple(Say(f"{source.cite} {link(source)}".strip(), (), source.source) for source in report.sources)
    lead = say(phrases.say("sources.lead", {"count": len(report.sources)}))
    return Section("sources", phrases.say("sources.heading"), (lead,), (), (Items("", items),))
