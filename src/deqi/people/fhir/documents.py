"""A FHIR file cut into single resources: Bundles, one resource, or NDJSON of either. Nothing is decoded twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw

from deqi.errors import InputError
from deqi.knowledge.words import say
from deqi.people.facts import Origin
from deqi.people.fhir.meaning import entries_that_say_twice
from deqi.people.fhir.versions import version_of_meta, version_of_number

MAX_NESTED_BUNDLES = 3
_KIND = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,40})"')
_RESOURCE = re.compile(rb'"resource"')
_ENTRY = re.compile(rb'"entry"')
_BYTE = re.compile(r"byte (\d+)")
_BUNDLES_OF_ONE_TIME = frozenset(
    {"transaction", "batch", "collection", "searchset", "document", "message", "batch-response", ""}
)


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One resource, undecoded. ``raw`` is None when it could not even be cut out; then ``reason`` says why.

    ``document`` numbers the Bundle it came from (its persons are the only ones it can be about); None in NDJSON.
    """

    kind: str
    raw: memoryview | None
    origin: Origin
    full_url: str = ""
    document: int | None = None
    reason: str = ""


class _Head(msgspec.Struct, gc=False):
    resourceType: str  # noqa: N815


class _Search(msgspec.Struct, gc=False):
    mode: str | None = None


class _Entry(msgspec.Struct, gc=False):
    fullUrl: str | None = None  # noqa: N815
    resource: Raw = Raw()
    search: _Search | None = None


class _Link(msgspec.Struct, gc=False):
    relation: str | None = None


class _Bundle(msgspec.Struct, kw_only=True):
    resourceType: str  # noqa: N815
    type: str = ""
    entry: list[_Entry] | None = None
    link: list[_Link] | None = None
    meta: Raw = Raw()
    fhirVersion: str | None = None  # noqa: N815


class _LooseBundle(msgspec.Struct, kw_only=True):
    resourceType: str  # noqa: N815
    entry: list[Raw] | None = None


_head = msgspec.json.Decoder(_Head).decode
_bundle = msgspec.json.Decoder(_Bundle).decode
_loose_bundle = msgspec.json.Decoder(_LooseBundle).decode
_entry = msgspec.json.Decoder(_Entry).decode
_any = msgspec.json.Decoder(Raw).decode

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises for bytes that are not what they should be."""


def kind_of(raw: memoryview) -> str:
    """The resource type, or nothing when there is none that can be read."""
    found = _KIND.match(raw)
    if found:
        return found[1].decode("ascii")
    try:
        kind = _head(raw).resourceType
    except UNDECODABLE:
        return ""
    return kind if kind.isascii() and kind.isalpha() else ""


def is_json(raw: bytes | memoryview) -> bool:
    """Whether these bytes are one JSON value."""
    try:
        _any(raw)
    except UNDECODABLE:
        return False
    return True


class Cutter:
    """Cuts files into pieces; numbers the documents as it goes.

    ``passed_over`` are the resource types that make no piece, only a count in ``skipped``. ``partial`` are the
    documents with further pages.
    """

    def __init__(self, passed_over: frozenset[str] = frozenset()) -> None:
        self._passed_over = passed_over
        self._documents = 0
        self.skipped = 0
        self.partial: set[int] = set()

    def pieces(self, data: bytes, file: str, ndjson: bool | None = None) -> Iterator[Piece]:
        """All resources of a file. ``ndjson`` None: found out from the first line.

        Raises:
            InputError: a single document that is not JSON, not FHIR, or of another version.
        """
        if ndjson is None:
            ndjson = _looks_like_ndjson(data)
        view = memoryview(data)
        if not ndjson:
            yield from self._document(view, Origin(file))
            return
        line, start = 0, 0
        while start < len(data):
            line += 1
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            if data[start:end].strip():
                yield from self.line(view[start:end], Origin(file, line))
            start = end + 1

    def line(self, raw: memoryview, origin: Origin) -> Iterator[Piece]:
        """The resources of one line of NDJSON."""
        kind = kind_of(raw)
        if kind in self._passed_over and is_json(raw):
            self.skipped += 1
            return
        if kind != "Bundle":
            yield Piece(kind, raw, origin)
            return
        try:
            yield from self._bundle(raw, origin, 0)
        except InputError as error:
            if isinstance(error, WrongVersionError):
                raise
            yield Piece("Bundle", None, origin, reason=say("record.bundle"))

    def _document(self, raw: memoryview, origin: Origin) -> Iterator[Piece]:
        kind = kind_of(raw)
        if kind == "Bundle":
            yield from self._bundle(raw, origin, 0)
            return
        _whole(raw, origin)
        if not kind:
            raise InputError(f"{origin.file}: no FHIR resource; it must be a JSON object with a resourceType")
        if kind in self._passed_over:
            self.skipped += 1
            return
        yield Piece(kind, raw, Origin(origin.file, origin.line, kind), document=self._next())

    def _next(self) -> int:
        self._documents += 1
        return self._documents

    def _bundle(self, raw: memoryview, origin: Origin, depth: int, outer: int | None = None) -> Iterator[Piece]:
        """The entries of a Bundle; one malformed entry does not take the others with it."""
        try:
            bundle = _bundle(raw)
        except UNDECODABLE:
            yield from self._loose(raw, origin, depth, self._next() if outer is None else outer)
            return
        number = self._opened(bundle, origin, outer)
        entries: Sequence[_Entry | None] = bundle.entry or ()
        if sum(1 for _ in _RESOURCE.finditer(raw)) != sum(bool(one.resource) for one in bundle.entry or ()) or (
            sum(1 for _ in _ENTRY.finditer(raw)) > 1
        ):
            lists, doubled = entries_that_say_twice(raw)
            if lists:
                yield Piece("", None, origin, document=number, reason=say("record.key-twice"))
            entries = [None if place in doubled else one for place, one in enumerate(entries)]
        yield from self._entries(entries, origin, depth, number)

    def _opened(self, bundle: _Bundle, origin: Origin, outer: int | None) -> int:
        """The number of the document that a Bundle is, or that it is in."""
        self._check(bundle, origin)
        number = self._next() if outer is None else outer
        if any(link.relation == "next" for link in bundle.link or ()):
            self.partial.add(number)
        return number

    def _loose(self, raw: memoryview, origin: Origin, depth: int, number: int) -> Iterator[Piece]:
        try:
            loose = _loose_bundle(raw)
        except UNDECODABLE:
            _whole(raw, origin)
            raise InputError(f"{_at(origin)}: no FHIR Bundle; entry must be a list") from None
        entries: list[_Entry | None] = []
        for part in loose.entry or ():
            try:
                entries.append(_entry(part))
            except UNDECODABLE:
                entries.append(None)
        yield from self._entries(entries, origin, depth, number)

    def _entries(self, entries: Sequence[_Entry | None], origin: Origin, depth: int, number: int) -> Iterator[Piece]:
        for place, entry in enumerate(entries):
            yield from self._entry(entry, place, origin, depth, number)

    def _entry(self, entry: _Entry | None, place: int, origin: Origin, depth: int, number: int) -> Iterator[Piece]:
        path = f"{origin.path}." if origin.path else ""
        path = f"{path}Bundle.entry[{place}]"
        if entry is None:
            at = Origin(origin.file, origin.line, path)
            yield Piece("", None, at, document=number, reason=say("record.entry"))
            return
        if not entry.resource or (entry.search and entry.search.mode == "outcome"):
            return
        raw = memoryview(entry.resource)
        kind = kind_of(raw)
        if kind in self._passed_over:
            self.skipped += 1
            return
        at = Origin(origin.file, origin.line, f"{path}.resource")
        if kind != "Bundle":
            yield Piece(kind, raw, at, entry.fullUrl or "", number)
        elif depth >= MAX_NESTED_BUNDLES:
            yield Piece(kind, None, at, document=number, reason=say("record.too-deep"))
        else:
            yield from self._bundle(raw, at, depth + 1, number)

    def _check(self, bundle: _Bundle, origin: Origin) -> None:
        if bundle.type not in _BUNDLES_OF_ONE_TIME:
            raise InputError(
                f"{_at(origin)}: a Bundle of a type deqi does not read, such as history; give a collection, "
                "transaction or searchset of the current records"
            )
        version = version_of_number(bundle.fhirVersion) if bundle.fhirVersion else None
        version = version or (version_of_meta(memoryview(bundle.meta)) if bundle.meta else None)
        if version:
            raise refusal(_at(origin), version)


class WrongVersionError(InputError):
    """A file of another FHIR version."""


def refusal(where: str, version: str) -> WrongVersionError:
    """The error that refuses a file of another FHIR version."""
    return WrongVersionError(f"{where}: this is FHIR {version}; deqi reads FHIR R4, so export the chart as R4 (4.0.1)")


def _at(origin: Origin) -> str:
    return origin.file if origin.line is None else f"{origin.file}, line {origin.line}"


def _whole(raw: memoryview, origin: Origin) -> None:
    """One JSON value and nothing after it.

    Raises:
        InputError: with the place of the fault, as far as the decoder tells it.
    """
    try:
        _any(raw)
    except RecursionError:
        raise InputError(f"{_at(origin)}: nested too deeply to be a chart") from None
    except UnicodeDecodeError:
        raise InputError(f"{_at(origin)}: not UTF-8; save it as UTF-8") from None
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        if "truncated" in str(error):
            raise InputError(f"{_at(origin)}: the JSON ends too early; export it again") from None
        place = f" at byte {found[1]}" if found else ""
        raise InputError(f"{_at(origin)}: not JSON{place}; export it again as FHIR R4 JSON") from None


def _looks_like_ndjson(data: bytes) -> bool:
    """A whole JSON value on the first line that is not empty, and more after it."""
    start = len(data) - len(data.lstrip())
    end = data.find(b"\n", start)
    return end >= 0 and bool(data[end:].strip()) and is_json(memoryview(data)[start:end])
