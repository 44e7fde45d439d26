"""The contents of resources that were read quickly, read once more: needed where one stands twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deqi.people.facts import Origin
from deqi.people.fhir.documents import Cutter, Piece
from deqi.screening.ingest.fhir.files import Span, document_of, is_ndjson, lines_of

Spot = tuple[str, int | None, str]
"""File, line and path."""


def contents(spots: Iterable[Spot]) -> Iterator[tuple[Spot, Piece]]:
    """The resources at some places, in the order in which a chart is read: files by name."""
    wanted: dict[str, set[Spot]] = {}
    for spot in spots:
        wanted.setdefault(spot[0], set()).add(spot)
    for file in sorted(wanted, key=Path):
        for piece in _resources(Path(file)):
            spot = (file, piece.origin.line, piece.origin.path)
            if spot in wanted[file]:
                yield spot, piece


def _resources(path: Path) -> Iterator[Piece]:
    span = Span(str(path), is_ndjson(path))
    if not span.lines:
        yield from Cutter().pieces(document_of(span), span.file)
        return
    number, cutter = 0, Cutter()
    for data in lines_of(span):
        for line in data.removesuffix(b"\n").split(b"\n"):
            number += 1
            raw = memoryview(line)
            yield from cutter.line(raw, Origin(span.file, number))
