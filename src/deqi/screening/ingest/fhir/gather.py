"""Resources of many documents and lines put together by type, so that they can be read side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from deqi.people.facts import Origin
from deqi.people.fhir.documents import UNDECODABLE, Cutter, Piece, is_json, kind_of
from deqi.people.fhir.references import base_of
from deqi.screening.ingest.block import Batch, Part
from deqi.screening.ingest.fhir.outline import (
    BY_TYPE,
    HEAD,
    KIND_OF_UNSEEN,
    OTHER_VERSION,
    OUTLINES,
    PASSED_OVER,
    Outline,
    entries_in_outline,
)
from deqi.screening.ingest.rows import NOWHERE, Places

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource")


def entry_of(path: str) -> int:
    """The entry of a Bundle that a path means, which is not inside another; -1 for any other path."""
    found = _ENTRY.fullmatch(path)
    return int(found[1]) if found else NOWHERE


def by_type(resources: Sequence[Any]) -> dict[type, list[int]]:
    """The places of resources in outline, by their type."""
    found: dict[type, list[int]] = defaultdict(list)
    if len(types := set(map(type, resources))) == 1:
        return {types.pop(): list(range(len(resources)))}
    for at, type_ in enumerate(map(type, resources)):
        found[type_].append(at)
    return found


class _Column:
    """Resources of one type while they are gathered."""

    def __init__(self) -> None:
        self.resources: list[Any] = []
        self.raws: list[Any] = []
        self.files: list[int] = []
        self.lines: list[int] = []
        self.entries: list[int] = []
        self.urls: list[str | None] = []
        self.documents: list[int] = []


class Gathered:
    """What was gathered for one block."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._cutter = Cutter(PASSED_OVER)
        self._columns: dict[str, _Column] = {}
        self._suspect = False

    def batches(self) -> Iterator[Batch]:
        """The resources by type; counts those that were passed over."""
        self._part.block.skipped += self._cutter.skipped
        self._part.block.partial |= self._cutter.partial
        self._part.block.size = self._cutter.documents
        for kind, one in self._columns.items():
            served = not {url[:4] for url in one.urls if url}.isdisjoint(("http",))
            yield Batch(
                OUTLINES[kind],
                one.resources,
                one.raws,
                Places(*(np.array(column, np.int64) for column in (one.files, one.lines, one.entries))),
                self._suspect,
                [base_of(url or "") for url in one.urls] if served else None,
                one.urls,
                np.array(one.documents, np.int64),
            )

    def document(self, data: bytes, file: str) -> None:
        """A file that is one Bundle or one resource, or NDJSON under another name.

        Raises:
            InputError: it is not FHIR R4 JSON.
        """
        self._suspect = self._suspect or OTHER_VERSION.search(data[:HEAD]) is not None
        before = self._cutter.skipped
        outlined = entries_in_outline(data)
        bundle = None if outlined is None else self._cutter.bundle(data, file)
        if outlined is None or bundle is None:
            for piece in self._cutter.pieces(data, file):
                self._piece(piece)
            self._part.block.pieces[file] += self._cutter.skipped - before
            return
        entries = bundle.entries
        unwanted = {at for at, one in enumerate(entries) if one.search is not None and one.search.mode == "outcome"}
        number = self._part.file(file)
        for type_, places in by_type(outlined).items():
            if type_ is type(None):
                continue
            if unwanted:
                places = [at for at in places if at not in unwanted]
            self._part.block.pieces[file] += len(places)
            outline = BY_TYPE.get(type_)
            if outline is not None:
                column = self._column(outline)
                column.resources += [outlined[at] for at in places]
                column.raws += [entries[at].resource for at in places]
                column.files += [number] * len(places)
                column.lines += [NOWHERE] * len(places)
                column.entries += places
                column.urls += [entries[at].fullUrl for at in places]
                column.documents += [bundle.number] * len(places)
                continue
            kind = KIND_OF_UNSEEN[type_]
            if kind in PASSED_OVER:
                self._cutter.skipped += len(places)
                continue
            for at in places:
                for piece in self._cutter.entry(bundle, at):
                    self.leave(piece)

    def line(self, raw: bytes, file: str, at: int) -> None:
        """One line of NDJSON by itself."""
        if not raw or raw.isspace():
            return
        self._suspect = self._suspect or OTHER_VERSION.search(raw) is not None
        kind = kind_of(memoryview(raw))
        if kind in PASSED_OVER and is_json(raw):
            self._part.block.pieces[file] += 1
            self._cutter.skipped += 1
        else:
            self._piece(Piece(kind, memoryview(raw), Origin(file, at)))

    def unseen(self, kind: str, chosen: list[int], file: str) -> list[int]:
        """Of lines of a type that has no outline those that must be read; the others are counted."""
        if kind not in PASSED_OVER:
            return chosen
        self._part.block.pieces[file] += len(chosen)
        self._cutter.skipped += len(chosen)
        return []

    def leave(self, piece: Piece) -> None:
        """Leave a resource to the reader of charts."""
        self._part.leave(piece)

    def _piece(self, piece: Piece) -> None:
        """Put a resource with others of its type, or leave it to the reader of charts."""
        outline = OUTLINES.get(piece.kind)
        entry = entry_of(piece.origin.path)
        if outline is None or piece.raw is None or (piece.origin.path and entry == NOWHERE):
            self.leave(piece)
            return
        try:
            resource = outline.decode(piece.raw)
        except UNDECODABLE:
            self.leave(piece)
            return
        self._part.block.pieces[piece.origin.file] += 1
        column = self._column(outline)
        column.resources.append(resource)
        column.raws.append(piece.raw)
        column.files.append(self._part.file(piece.origin.file))
        column.lines.append(NOWHERE if piece.origin.line is None else piece.origin.line)
        column.entries.append(entry)
        column.urls.append(piece.full_url)
        column.documents.append(NOWHERE if piece.document is None else piece.document)

    def _column(self, outline: Outline) -> _Column:
        return self._columns.setdefault(outline.kind, _Column())
