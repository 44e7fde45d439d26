"""Reading many FHIR resources quickly: most are about nothing a rule looks at, and are only counted.

What decides whether a resource matters (its code, status, site, coded value) is seldom new: the first of each kind is
read in full, by the same code that reads a single chart, and what came of it is remembered under those very bytes.
Whatever is out of the ordinary (another resource referred to, a modifier, a wrong type, a broken line) is left to that
code altogether.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from deqi.people.facts import Fact, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.chart import ChartReader
from deqi.people.fhir.documents import UNDECODABLE, Piece
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.references import key_of, type_of
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder
from deqi.screening.ingest.block import (
    IDLE,
    IN_FULL,
    IN_PARTS,
    Batch,
    Block,
    Known,
    Part,
    Patterns,
    Pending,
    codings_of,
    shape_of,
)
from deqi.screening.ingest.fhir.files import BLOCK, Share, document_of, lines_of
from deqi.screening.ingest.fhir.gather import Gathered, by_type
from deqi.screening.ingest.fhir.outline import (
    BY_TYPE,
    HEAD,
    KIND_OF_UNSEEN,
    OTHER_VERSION,
    Outline,
    lines_in_outline,
    pointer_of,
)
from deqi.screening.ingest.rows import NOWHERE, Ints, Places, follows, pattern_of

_MOST_REMEMBERED = 200_000
_NEW = -1
_NEWLINE = 10


class _Whole(ChartReader):
    """The reader of charts, for one resource at a time."""

    def facts(self, piece: Piece) -> list[Fact] | None:
        """The facts of a resource that stands for itself; None when it is out of the ordinary."""
        try:
            resource = self._decode(piece)
            if self._others or resource.modifierExtension or resource.implicitRules or resource.contained:
                self._others.clear()
                return None
            origin, convert = _origin_of(piece, resource), self._convert
            match resource:
                case fhir.Observation():
                    found: list[Fact | None] = list(convert.observation(resource, origin))
                case fhir.Condition():
                    found = [convert.condition(resource, origin)]
                case fhir.Procedure():
                    found = [convert.procedure(resource, origin)]
                case fhir.Allergy():
                    found = [convert.allergy(resource, origin)]
                case fhir.MedicationRequest() | fhir.MedicationStatement() | fhir.MedicationAdministration():
                    if resource.medicationCodeableConcept is None:
                        return None
                    code = convert.codes_of(resource.medicationCodeableConcept)
                    found = [self._point(resource, code, origin)]
                case _:
                    return None
        except MalformedError:
            self._others.clear()
            return None
        facts = [fact for fact in found if fact is not None]
        return facts if facts and len(facts) == len(found) else None


def _origin_of(piece: Piece, resource: fhir.Resource) -> Origin:
    return Origin(piece.origin.file, piece.origin.line, piece.origin.path, resource.id or "")


class _Persons(dict[Any, int]):
    """The places of persons by what refers to them; -1 for anything but a plain reference to one."""

    def __init__(self, part: Part, key_of_subject: Callable[[Any], str | None]) -> None:
        self._part, self._key = part, key_of_subject

    def __missing__(self, subject: Any) -> int:
        key = self._key(subject)
        self[subject] = NOWHERE if key is None else self._part.person(key)
        return self[subject]


class QuickReader:
    """Reads shares of files, one after another; remembers what it has learnt of codes."""

    def __init__(self, index: CodeIndex, sites: SiteFinder) -> None:
        self._whole = _Whole(index, sites)
        self._patterns = Patterns()
        self._numbers: dict[str, dict[tuple[Any, ...], int]] = {}
        self._known: list[Known] = []
        self._pattern: Ints = np.array([IN_FULL])

    def read(self, share: Share) -> Iterator[Block]:
        """The blocks of a share.

        Raises:
            InputError: a file cannot be read, or is no FHIR.
        """
        part = Part(self._patterns)
        gathered = Gathered(part)
        lines: dict[str, int] = {}
        for span in share:
            if not span.lines:
                data = document_of(span)
                gathered.document(data, span.file)
                part.block.bytes += len(data)
                continue
            for data in lines_of(span):
                lines[span.file] = self._lines(part, gathered, span.file, data, lines.get(span.file, 0))
                part.block.bytes += len(data)
                if part.block.bytes >= BLOCK:
                    yield self._done(part, gathered)
                    part = Part(self._patterns)
                    gathered = Gathered(part)
        part.block.lines = lines
        yield self._done(part, gathered)

    def some_lines(self, file: str, lines: Iterable[tuple[int, bytes]]) -> Block:
        """Lines picked out of an NDJSON file, with their numbers."""
        part = Part(self._patterns)
        gathered = Gathered(part)
        numbers, raws = list(zip(*lines, strict=True)) or ((), ())
        outlined = _all_of_one_type(raws)
        if outlined is None:
            for at, line in zip(numbers, raws, strict=True):
                gathered.line(line, file, at)
        else:
            part.block.pieces[file] += len(raws)
            nowhere = np.full(len(raws), NOWHERE)
            places = Places(np.full(len(raws), part.file(file)), np.array(numbers, np.int64), nowhere)
            self._alike(part, Batch(BY_TYPE[type(outlined[0])], outlined, raws, places))
        return self._done(part, gathered)

    def owner_key(self, reference: str) -> str | None:
        """The key of the person that a reference outside a Bundle, as JSON, means; None for one that is not plain."""
        try:
            return _key_of(pointer_of(reference).reference)
        except UNDECODABLE:
            return None

    def learn(self, outline: Outline, raws: Sequence[bytes], file: str) -> list[Known | None]:
        """What resources outside a Bundle, and all others of their keys, come to; None for one that does not tell."""
        resources = [_decoded(outline, raw) for raw in raws]
        told = [at for at, one in enumerate(resources) if one is not None]
        found: list[Known | None] = [None] * len(raws)
        if told:
            nowhere = np.full(len(told), NOWHERE)
            places = Places(np.zeros(len(told), np.int64), nowhere, nowhere)
            batch = Batch(outline, [resources[at] for at in told], [raws[at] for at in told], places)
            keys = outline.keys(batch.resources, None)
            plain = np.flatnonzero(~outline.oddities(batch.resources)).tolist()
            numbers = self._numbers.setdefault(outline.kind, {})
            self._learn([file], batch, keys, [at for at in plain if keys[at] not in numbers])
            for at in plain:
                if keys[at] in numbers:
                    found[told[at]] = self._known[numbers[keys[at]]]
        return found

    def _done(self, part: Part, gathered: Gathered) -> Block:
        for batch in gathered.batches():
            self._alike(part, batch)
        return part.done()

    def _lines(self, part: Part, gathered: Gathered, file: str, data: bytes, before: int) -> int:
        """Lines of NDJSON; gives the number of lines so far."""
        size = int(np.count_nonzero(np.frombuffer(data, np.uint8) == _NEWLINE)) + (not data.endswith(b"\n"))
        try:
            outlined = lines_in_outline(data)
        except UNDECODABLE:
            outlined = []
        if len(outlined) != size:
            # A line is broken or empty, or of a wrong type somewhere.
            for at, line in enumerate(data.split(b"\n"), before + 1):
                gathered.line(line, file, at)
            return before + size
        lines = _Split(data)
        number = part.file(file)
        suspect = OTHER_VERSION.search(data[:HEAD]) is not None
        for type_, chosen in by_type(outlined).items():
            outline = BY_TYPE.get(type_)
            if outline is None:
                kind = KIND_OF_UNSEEN[type_]
                for at in gathered.unseen(kind, chosen, file):
                    gathered.leave(Piece(kind, memoryview(lines[at]), Origin(file, before + 1 + at)))
                continue
            part.block.pieces[file] += len(chosen)
            some = len(chosen) < size
            places = np.array(chosen, np.int64)
            self._alike(
                part,
                Batch(
                    outline,
                    [outlined[at] for at in chosen] if some else outlined,
                    [lines[at] for at in chosen] if some else lines,
                    Places(np.full(len(chosen), number), places + (before + 1), np.full(len(chosen), NOWHERE)),
                    suspect,
                ),
            )
        return before + size

    # Here most of the time goes: whole columns at once, so that little is done in Python for each resource.

    def _alike(self, part: Part, batch: Batch) -> None:
        outline, resources, size = batch.outline, batch.resources, len(batch.resources)
        if len(self._known) >= _MOST_REMEMBERED:
            self._numbers.clear()
            self._known.clear()
            self._pattern = np.array([IN_FULL])
        persons = self._persons(part, batch)
        odd = (persons < 0) | outline.oddities(resources)
        if batch.suspect:
            odd |= np.fromiter((OTHER_VERSION.search(raw) is not None for raw in batch.raws), bool, size)
        keys = outline.keys(resources, batch.bases)
        numbers = self._numbers.setdefault(outline.kind, {})
        known = np.fromiter(map(numbers.get, keys, itertools.repeat(_NEW)), np.int64, size)
        if self._learn(part.files, batch, keys, np.flatnonzero((known == _NEW) & ~odd).tolist()):
            new = np.flatnonzero(known == _NEW)
            known[new] = [numbers.get(keys[at], _NEW) for at in new.tolist()]
        patterns = self._pattern_of(known)
        odd |= patterns == IN_FULL
        if outline.unclear is not None:
            in_a_set = np.flatnonzero(~odd & ((patterns >= 0) | (patterns == IN_PARTS)))
            odd[in_a_set] = [outline.is_unclear(resources[at]) for at in in_a_set.tolist()]
        for at in np.flatnonzero(odd).tolist():
            self._one(part, batch, at, int(persons[at]))
        plain = np.flatnonzero(~odd)
        codings = part.count(persons[plain], known[plain], self._known)
        part.saw(batch, plain, persons[plain], codings)
        following = plain[patterns[plain] >= 0]
        if len(following):
            part.follow(batch, following, persons[following], patterns[following])
        in_parts = plain[patterns[plain] == IN_PARTS]
        if len(in_parts):
            meanings = [self._known[number] for number in known[in_parts].tolist()]
            part.follow_in_parts(batch, in_parts, persons[in_parts], meanings)

    def _pattern_of(self, known: Ints) -> Ints:
        """The patterns of what is known; `IN_FULL` for what is not."""
        if len(self._pattern) != len(self._known) + 1:
            self._pattern = np.array([*(one.pattern for one in self._known), IN_FULL])
        found: Ints = self._pattern[known]
        return found

    def _persons(self, part: Part, batch: Batch) -> Ints:
        subjects = map(batch.outline.owner, batch.resources)
        size = len(batch.resources)
        if batch.bases is None:
            persons = np.fromiter(map(_Persons(part, _key_of).__getitem__, subjects), np.int64, size)
        else:
            pairs = zip(subjects, batch.bases, strict=True)
            persons = np.fromiter(map(_Persons(part, _key_seen_from).__getitem__, pairs), np.int64, size)
        if batch.documents is not None:
            there = (persons >= 0) & (batch.documents >= 0)
            part.documents(batch.documents[there], persons[there])
        return persons

    def _learn(self, files: Sequence[str], batch: Batch, keys: Sequence[tuple[Any, ...]], places: list[int]) -> bool:
        """Learn from the first of each new key, at some places; whether there was any."""
        firsts: dict[tuple[Any, ...], int] = {}
        for at in places:
            first = firsts.setdefault(keys[at], at)
            # One that is clear says more, where there is one.
            if first != at and batch.outline.is_unclear(batch.resources[first]):
                firsts[keys[at]] = at
        numbers = self._numbers[batch.outline.kind]
        for key, at in firsts.items():
            found = self._meaning(files, batch, at)
            if found is not None:
                numbers[key] = len(self._known)
                self._known.append(found)
        return bool(firsts)

    def _meaning(self, files: Sequence[str], batch: Batch, at: int) -> Known | None:
        """What a resource and all others of its key come to; None when this one does not tell."""
        outline, resource = batch.outline, batch.resources[at]
        if outline.refers and resource.medicationReference is not None and not resource.medicationCodeableConcept:
            pending = _pending(outline.kind, resource, batch.base(at))
            return None if pending is None else Known("medication", (), (), self._patterns.number(pending))
        facts = self._whole.facts(batch.piece(at, files))
        if facts is None:
            return None
        # A fact for the resource, then one for each of its components.
        shapes = tuple(dict.fromkeys(map(shape_of, facts)))
        known = Known(facts[0].kind, shapes, codings_of(facts), IDLE)
        if not any(fact.sets for fact in facts):
            return known
        if outline.is_unclear(resource):
            return None
        values, texts = outline.parts(resource), outline.timing.texts(resource)
        parts = []
        for place, fact in enumerate(facts):
            if fact.sets:
                quantity = values[place].valueQuantity if outline.measured else None
                if not follows(fact, outline.timing, texts, quantity):
                    return msgspec.structs.replace(known, pattern=IN_FULL)
                parts.append((place, self._patterns.number(pattern_of(fact))))
        if len(facts) == 1:
            return msgspec.structs.replace(known, pattern=parts[0][1])
        return msgspec.structs.replace(known, pattern=IN_PARTS, parts=tuple(parts))

    def _one(self, part: Part, batch: Batch, at: int, person: int) -> None:
        """A resource by itself: read in full, or left to the reader of charts."""
        facts = self._whole.facts(batch.piece(at, part.files)) if person >= 0 else None
        if facts is None:
            part.leave(batch.piece(at, part.files))
        else:
            part.keep(batch, at, person, facts)


def _pending(kind: str, resource: Any, base: str) -> Pending | None:
    """The pattern of a medicine that is coded in another resource; None for one that is contained in this one."""
    reference = resource.medicationReference
    target, words = reference.reference or "", reference.display or ""
    if target.startswith("#") or not (target or words):
        return None
    key = key_of(target, base) if target else ""
    return Pending(kind, resource.status, getattr(resource, "intent", None), key or "", words)


def _all_of_one_type(lines: Sequence[bytes]) -> list[Any] | None:
    """Lines in outline; None where they are not all, each by itself, of one type that has an outline."""
    try:
        outlined = lines_in_outline(b"\n".join(lines))
    except UNDECODABLE:
        return None
    types = set(map(type, outlined))
    return outlined if len(outlined) == len(lines) and len(types) == 1 and types <= BY_TYPE.keys() else None


def _decoded(outline: Outline, raw: bytes) -> Any:
    try:
        return outline.decode(raw)
    except UNDECODABLE:
        return None


def _key_of(reference: str | None, base: str = "") -> str | None:
    """The key of the person that a reference means; None for anything but a plain reference to one."""
    key = key_of(reference, base) if reference and not reference.startswith("#") else None
    return key if key is not None and type_of(key) in ("", "Patient") else None


def _key_seen_from(pair: tuple[str | None, str]) -> str | None:
    return _key_of(*pair)


class _Split(Sequence[bytes]):
    """The lines of some bytes, split when the first is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @functools.cached_property
    def _lines(self) -> list[bytes]:
        return self._data.split(b"\n")

    def __getitem__(self, at: Any) -> Any:
        return self._lines[at]

    def __len__(self) -> int:
        return len(self._lines)
