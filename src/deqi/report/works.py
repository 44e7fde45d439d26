"""The works behind every row, and the chain from a number to both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.knowledge.editorial.citing import link
from deqi.knowledge.tables.sources import Source
from deqi.report.blocks import Entry, Items, Page, Section, Table, cells, say, sheet
from deqi.report.chain import Chain
from deqi.report.phrase import Phrases, labels
from deqi.report.topics import Topic


def sources_page(rows: Sequence[Source], phrases: Phrases) -> Page:
    """Every work, a line each."""
    table = Table("", ("", ""), tuple(cells(row.source, row.cite) for row in rows), narrow=True)
    return sheet("", labels(phrases), Section("sources", "", card=(table,)))


def source_page(source: Source, cited_by: Mapping[str, Sequence[str]], phrases: Phrases) -> Page:
    """A work, what was read of it, and the rows that rest on it."""
    read = phrases.say("work.read", {"seen": source.seen}) + (f"; {source.note}" if source.note else "")
    items = tuple(say(f"{table}: {', '.join(keys)}") for table, keys in cited_by.items())
    lead = (say(source.cite), say(link(source) or phrases.say("work.none")), say(read))
    return sheet("", labels(phrases), Section("source", "", lead=lead, card=(Items("", items),) if items else ()))


def chain_page(found: Chain, topic: Topic, phrases: Phrases) -> Page:
    """A row, what it belongs to, its sources, and the sentences of a report that rest on it."""
    lines = [phrases.say("work.above", {"key": line.key, "text": line.text}) for line in found.above]
    for source in found.sources:
        fields = {"source": source.source, "cite": source.cite, "link": link(source)}
        lines.append(phrases.say("work.source", fields).rstrip())
        lines.append(phrases.say("work.read", {"seen": source.seen}))
    row = Entry(say(f"{found.row.key}: {found.row.text}"), tuple(say(line) for line in lines))
    about = {"topic": topic.plain_name}
    if found.sentences:
        items = tuple(say(f"{one.heading}: {one.text}") for one in found.sentences)
        rests = Section("rests", "", card=(Items(phrases.say("work.rests", about), items),))
    else:
        rests = Section("rests", "", lead=(say(phrases.say("work.rests.none", about)),))
    return sheet("", labels(phrases), Section("row", "", card=(row,)), rests)
