"""The contents of resources that were read quickly, read once more: needed where one stands twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deqi.people.fhir.documents import Cutter
from deqi.people.table_files import Span, document_of, is_ndjson, lines_of
from deqi.people.table_gather import entry_of
from deqi.people.table_rows import NOWHERE

Spot = tuple[str, int, int]
"""File, line and entry."""


def contents(spots: Iterable[Spot]) -> dict[Spot, bytes]:
    """The bytes of the resources at some places."""
    wanted: dict[str, set[tuple[int, int]]] = {}
    for file, line, entry in spots:
        wanted.setdefault(file, set()).add((line, entry))
    return {(file, *spot): raw for file, here in wanted.items() for spot, raw in _resources(Path(file)) if spot in here}


def _resources(path: Path) -> Iterator[tuple[tuple[int, int], bytes]]:
    span = Span(str(path), is_ndjson(path))
    if span.lines:
        number = 0
        for data in lines_of(span):
            for line in data.removesuffix(b"\n").split(b"\n"):
                number += 1
                yield (number, NOWHERE), line
        return
    for piece in Cutter().pieces(document_of(span), str(path)):
        if piece.raw is not None:
            at = NOWHERE if piece.origin.line is None else piece.origin.line
            yield (at, entry_of(piece.origin.path)), bytes(piece.raw)
