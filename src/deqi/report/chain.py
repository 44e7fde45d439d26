"""From a row to the sentences that rest on it, and from a sentence's row to its source: the chain, both ways."""

from __future__ import annotations

import dataclasses
import datetime as dt

from deqi.errors import InputError
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import Outcome, OutcomeContrast, OutcomeValue
from deqi.knowledge.tables.sources import Source
from deqi.report.assemble import assemble
from deqi.report.blocks import every_say, every_section
from deqi.report.model import RowLine
from deqi.report.phrase import Phrases
from deqi.report.rows import every_row
from deqi.report.sections import build_page
from deqi.report.topics import Topic

FEWEST_WORDS = 5
"""Shorter pieces are the labels of table rows, not sentences."""


@dataclasses.dataclass(frozen=True)
class Sentence:
    """A sentence of a report that rests on the row, and the heading it stands under."""

    heading: str
    text: str


@dataclasses.dataclass(frozen=True)
class Chain:
    """The row asked for, the rows it belongs to, their sources, and the sentences that rest on it."""

    row: RowLine
    above: tuple[RowLine, ...]
    sources: tuple[Source, ...]
    sentences: tuple[Sentence, ...]


def chain(knowledge: Knowledge, reference: str, topic: Topic, as_of: dt.date) -> Chain:
    """The chain of one reference (``value:O012``, ``harm:H001``; the key alone does when it is only one row's).

    Raises:
        InputError: no such row, or a key that several tables have.
    """
    rows = {line.key: line for line in every_row(knowledge)}
    row = rows[_resolve(reference, rows)]
    above = tuple(rows[key] for key in _above(knowledge, row.key) if key in rows)
    cited = dict.fromkeys(source for line in (row, *above) for source in line.source)
    known = {source.source: source for source in knowledge.rows(Source)}
    page = build_page(assemble(knowledge, topic, as_of), Phrases(knowledge.texts))
    wanted = {row.key, *(line.key for line in above if line.key.startswith("trial:"))}
    sentences = dict.fromkeys(
        Sentence(section.heading, f"{one.strong} {one.text}".strip())
        for section in every_section(page.sections)
        for one in every_say(section)
        if wanted & set(one.refs) and len(one.text.split()) >= FEWEST_WORDS
    )
    return Chain(row, above, tuple(known[one] for one in cited if one in known), tuple(sentences))


def _resolve(reference: str, rows: dict[str, RowLine]) -> str:
    if reference in rows:
        return reference
    found = [key for key in rows if key.partition(":")[2].casefold() == reference.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{reference!r} may mean {', '.join(found)}; write the one you mean.")
    raise InputError(f"{reference!r}: no such row; write a reference as reports print it, such as value:O001 or H001.")


def _above(knowledge: Knowledge, key: str) -> list[str]:
    """The outcome and the trial that a number belongs to."""
    kind, _, name = key.partition(":")
    outcome = name if kind == "outcome" else ""
    if kind == "value":
        outcome = next(row.outcome for row in knowledge.rows(OutcomeValue) if row.value == name)
    elif kind == "contrast":
        outcome = next(row.outcome for row in knowledge.rows(OutcomeContrast) if row.contrast == name)
    if not outcome:
        return []
    trial = next(row.trial for row in knowledge.rows(Outcome) if row.outcome == outcome)
    return [one for one in (f"outcome:{outcome}", f"trial:{trial}") if one != key]
