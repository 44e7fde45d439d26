"""What people are told, the works behind every row, and the chain from a number to both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.knowledge.editorial.citing import link
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.words import Claim
from deqi.report.blocks import Entry, Items, Page, Section, Table, cells, say, sheet
from deqi.report.chain import Chain
from deqi.report.topics import Topic


def claims_page(rows: Sequence[Claim], words: Mapping[str, str]) -> Page:
    """Each sentence people are told with its verdict, what deqi says instead, and why."""
    entries = tuple(
        Entry(
            say(f"{row.claim}  [{row.verdict.replace('-', ' ')}; certainty {row.certainty.replace('-', ' ')}]"),
            (
                say(f"Told: {row.sentence}"),
                say(f"deqi says: {row.says_instead}"),
                say(f"Why: {row.why}"),
                say(f"Rows: {', '.join(row.rows) or 'no row'}"),
                say(f"Sources: {', '.join(row.source) or 'none'} (verified: {row.verified})"),
            ),
        )
        for row in rows
    )
    return sheet("", words, Section("claims", "", card=entries))


def sources_page(rows: Sequence[Source], words: Mapping[str, str]) -> Page:
    """Every work, a line each."""
    table = Table("", ("", ""), tuple(cells(row.source, row.cite) for row in rows), narrow=True)
    return sheet("", words, Section("sources", "", card=(table,)))


def source_page(source: Source, cited_by: Mapping[str, Sequence[str]], words: Mapping[str, str]) -> Page:
    """A work, what was read of it, and the rows that rest on it."""
    read = f"read: {source.seen}" + (f"; {source.note}" if source.note else "")
    items = tuple(say(f"{table}: {', '.join(keys)}") for table, keys in cited_by.items())
    lead = (say(source.cite), say(link(source) or "no address known"), say(read))
    return sheet("", words, Section("source", "", lead=lead, card=(Items("", items),) if items else ()))


def chain_page(found: Chain, topic: Topic, words: Mapping[str, str]) -> Page:
    """A row, what it belongs to, its sources, and the sentences of a report that rest on it."""
    lines = [f"belongs to {line.key}: {line.text}" for line in found.above]
    for source in found.sources:
        lines.append(f"source {source.source}: {source.cite} {link(source)}".rstrip())
        lines.append(f"read: {source.seen}")
    row = Entry(say(f"{found.row.key}: {found.row.text}"), tuple(say(line) for line in lines))
    if found.sentences:
        items = tuple(say(f"{one.heading}: {one.text}") for one in found.sentences)
        rests = Section("rests", "", card=(Items(f"In the report on {topic.plain_name} these rest on it", items),))
    else:
        rests = Section("rests", "", lead=(say(f"No sentence of the report on {topic.plain_name} rests on it."),))
    return sheet("", words, Section("row", "", card=(row,)), rests)
