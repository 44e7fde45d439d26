"""Charts from FHIR files: every resource to its person, and an account of what could not be read."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from deqi.errors import InputError
from deqi.knowledge.words import say
from deqi.people.facts import Answer, Fact, Kind, Origin, Person, is_stale, with_credible_dates
from deqi.people.fhir import types as fhir
from deqi.people.fhir.convert import Converter
from deqi.people.fhir.decoding import DECODERS, READ
from deqi.people.fhir.documents import UNDECODABLE, Cutter, Piece, is_json, refusal
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.everybody import Everybody
from deqi.people.fhir.faults import ALL_KINDS, KIND_OF_TYPE, Fault, fault_of
from deqi.people.fhir.meaning import meaning_of, says_twice
from deqi.people.fhir.names import R4_TYPES
from deqi.people.fhir.pointing import Pointers, Pointing
from deqi.people.fhir.references import own_keys
from deqi.people.fhir.responses import answers_of
from deqi.people.fhir.versions import TYPES_ELSEWHERE, version_of, version_tell
from deqi.people.reading import Reading, Unreadable
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder


class FactStore(Protocol):
    """Where the facts of a reading go, each with the key of its person as references spell it."""

    def add(self, owner: str, fact: Fact) -> None:
        """One more fact."""

    def owners(self) -> Iterable[str]:
        """Everybody with a fact, in the order in which they were met."""

    def facts_of(self, owner: str) -> Sequence[Fact]:
        """The facts that belong into the `Person`; none where the store keeps them in another form."""


class FactLists:
    """The facts of each person in a list."""

    def __init__(self) -> None:
        self._facts: dict[str, list[Fact]] = defaultdict(list)

    def add(self, owner: str, fact: Fact) -> None:
        """One more fact."""
        self._facts[owner].append(fact)

    def owners(self) -> Iterable[str]:
        """Everybody with a fact, in the order in which they were met."""
        return self._facts

    def facts_of(self, owner: str) -> Sequence[Fact]:
        """The facts of one person."""
        return self._facts.get(owner, ())


class Line(NamedTuple):
    """A line of NDJSON. ``once``: it is known that its id stands nowhere else, so it need not be remembered."""

    number: int
    raw: bytes
    once: bool = False


class _Tally:
    """What came of one file, to tell when the whole of it is no FHIR R4."""

    def __init__(self) -> None:
        self.pieces = self.broken = self.clean = 0
        self.bent = 0  # resources of another version that R4 can read all the same
        self.others: Counter[str] = Counter()

    def check(self, file: str) -> None:
        """Refuse a file of which most is of another FHIR version, or nothing is JSON."""
        if self.others.total() > self.clean - self.bent:
            raise refusal(file, self.others.most_common(1)[0][0])
        if self.broken and self.broken == self.pieces:
            raise InputError(f"{file}: no line of it is JSON; give FHIR R4 as JSON or NDJSON")


class ChartReader:
    """Reads any number of FHIR files that belong together; `finish` gives the persons.

    Facts go into ``store``, by default lists from which `finish` fills the persons.
    """

    def __init__(self, index: CodeIndex, sites: SiteFinder, store: FactStore | None = None) -> None:
        self._convert = Converter(index, sites)
        self._cutter = Cutter(R4_TYPES - DECODERS.keys() - {"Bundle"})
        self._everybody = Everybody()
        self._pointers = Pointers(self._convert)
        self._store: FactStore = FactLists() if store is None else store
        self._answers: dict[str, list[Answer]] = defaultdict(list)
        self._faults: list[Fault] = []
        self._seen: dict[str, int] = {}
        self._tally = _Tally()
        self._resources: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    # Reading

    def add(self, data: bytes, file: str, ndjson: bool | None = None) -> None:
        """Read one more file.

        Raises:
            InputError: the whole file is not FHIR R4 JSON.
        """
        self._tally = _Tally()
        self._read(self._cutter.pieces(data, file, ndjson))
        self._tally.check(file)

    def add_lines(self, lines: Iterable[Line], file: str, counted: int = 0) -> None:
        """Read lines of one more file of NDJSON, of which so many others were ``counted`` already.

        Raises:
            InputError: the whole file is not FHIR R4 JSON.
        """
        self._tally = _Tally()
        self._tally.clean = self._tally.pieces = counted
        for line in lines:
            if line.raw and not line.raw.isspace():
                self._read(self._cutter.line(memoryview(line.raw), Origin(file, line.number)), line.once)
        self._tally.check(file)

    def _read(self, pieces: Iterator[Piece], once: bool = False) -> None:
        tally = self._tally
        for piece in pieces:
            tally.pieces += 1
            try:
                resource = self._decode(piece)
            except MalformedError as error:
                self._refuse(piece, str(error))
                tally.broken += isinstance(error, NotJsonError)
                continue
            tally.clean += 1
            try:
                self._take(piece, resource, once)
            except MalformedError as error:
                self._refuse(piece, str(error))

    def pass_over(self, file: str, kind: str) -> None:
        """Note a file that is not read although it says FHIR; ``kind`` is the resource type by its name, if any."""
        kinds = frozenset({KIND_OF_TYPE[kind]}) if kind in KIND_OF_TYPE else frozenset() if kind else ALL_KINDS
        if kinds:
            self._faults.append(Fault(Unreadable(Origin(file), kind, say("record.file-not-read")), kinds, None, None))

    def preview(self, kind: str, raw: bytes) -> list[Fact] | None:
        """The facts of a clinical resource in NDJSON that stands for itself, without taking it in.

        None where it is out of the ordinary, or hangs on another resource.
        """
        piece = Piece(kind, memoryview(raw), Origin())
        tally, self._tally = self._tally, _Tally()
        try:
            resource = self._decode(piece)
            if self._tally.others or resource.modifierExtension or resource.implicitRules or resource.contained:
                return None
            found = self._facts_of(resource, Origin())
        except MalformedError:
            return None
        finally:
            self._tally = tally
        facts = [fact for fact in found or () if fact is not None]
        return facts if facts and found is not None and len(facts) == len(found) else None

    def count(self, kind: str, number: int) -> None:
        """Count resources that were looked at elsewhere."""
        self._resources[kind] += number

    def names_seen(self, kinds: Iterable[str]) -> list[str]:
        """The resources of some types that were read so far, as ``Condition/id``, but for those of servers."""
        wanted = tuple(f"{kind}/" for kind in kinds)
        return [key for key in self._seen if key.startswith(wanted)]

    def _decode(self, piece: Piece) -> fhir.Resource:
        if piece.raw is None:
            raise MalformedError(piece.reason)
        if piece.kind in TYPES_ELSEWHERE:
            raise self._other_version(TYPES_ELSEWHERE[piece.kind])
        decode = DECODERS.get(piece.kind)
        if decode is None:
            if not is_json(piece.raw):
                raise NotJsonError("not JSON in UTF-8, or nested too deeply")
            raise MalformedError("not a resource type of FHIR R4")
        try:
            resource = decode(piece.raw)
        except msgspec.ValidationError:
            version = version_tell(piece.kind, piece.raw)
            raise (self._other_version(version) if version else MalformedError("an element of a wrong type")) from None
        except UNDECODABLE:
            raise NotJsonError("not JSON in UTF-8, or nested too deeply") from None
        if says_twice(piece.raw, READ[piece.kind]):
            raise MalformedError("a key that stands twice")
        version, readable = version_of(piece.kind, resource)
        if version and readable:
            self._tally.others[version] += 1
            self._tally.bent += 1
        elif version:
            raise self._other_version(version)
        return resource

    def _other_version(self, version: str) -> MalformedError:
        self._tally.others[version] += 1
        return MalformedError(f"looks like FHIR {version}")

    def _take(self, piece: Piece, resource: fhir.Resource, once: bool) -> None:
        if resource.modifierExtension or resource.implicitRules:
            raise MalformedError("a modifier extension or implicit rules, which may change what it means")
        keys = own_keys(piece.kind, resource.id, piece.full_url)
        if resource.id and not once and self._again(piece, resource, keys[-1]):
            self._left_out[say("record.again")] += 1
            return
        self._resources[piece.kind] += 1
        if isinstance(resource, fhir.Patient):
            if not self._everybody.patient(resource, piece, keys, _origin(piece, resource)):
                self._refuse(piece, say("record.another-person"), ALL_KINDS)
        elif isinstance(resource, fhir.Medication):
            self._pointers.medication(resource, keys)
        elif isinstance(resource, fhir.Device):
            whose = functools.partial(self._owner, piece, resource, resource.patient)
            self._pointers.device(resource, keys, _origin(piece, resource), whose)
        else:
            self._clinical(resource, piece)

    def _again(self, piece: Piece, resource: fhir.Resource, key: str) -> bool:
        """Whether a resource that means the same was read before. One that means something else under the same id is
        malformed, and kept."""
        content = meaning_of(resource)
        before = self._seen.get(key)
        if before == content:
            return True
        if before is not None:
            self._refuse(piece, say("record.id-twice"))
        self._seen[key] = content
        return False

    def _clinical(self, resource: fhir.Resource, piece: Piece) -> None:
        origin = _origin(piece, resource)
        subject = resource.patient if isinstance(resource, fhir.Allergy) else getattr(resource, "subject", None)
        owner = self._owner(piece, resource, subject)
        if owner is None:
            return
        if isinstance(resource, fhir.QuestionnaireResponse):
            self._answers[owner].extend(answers_of(resource, origin))
            return
        facts = self._facts_of(resource, origin)
        if facts is not None:
            for fact in facts:
                self._keep(owner, fact)
            return
        assert isinstance(resource, Pointing)
        for fact in self._pointers.contained(owner, resource, piece, origin) or ():
            self._keep(owner, fact)

    def _owner(self, piece: Piece, resource: fhir.Resource, reference: fhir.Reference | None) -> str | None:
        """The key of the person a resource is about; None when it is about something else, such as a group."""
        found = self._everybody.owner(piece, resource.contained, reference)
        if found is None:
            self._left_out[say("record.no-person")] += 1
        return found

    def _facts_of(self, resource: fhir.Resource, origin: Origin) -> Sequence[Fact | None] | None:
        """The facts of a resource that stands for itself; None of one that points to a medicine or a device."""
        convert = self._convert
        if isinstance(resource, fhir.Observation):
            return convert.observation(resource, origin)
        if isinstance(resource, fhir.Condition):
            return (convert.condition(resource, origin),)
        if isinstance(resource, fhir.Procedure):
            return (convert.procedure(resource, origin),)
        if isinstance(resource, fhir.Allergy):
            return (convert.allergy(resource, origin),)
        concept = getattr(resource, "medicationCodeableConcept", None)
        if concept is None:
            return None
        assert isinstance(resource, Pointing)
        return (self._pointers.coded(resource, concept, origin),)

    def _keep(self, owner: str, fact: Fact | None) -> None:
        if fact is None:
            self._left_out[say("record.no-fact")] += 1
        else:
            self._store.add(owner, fact)

    def _refuse(self, piece: Piece, reason: str, kinds: frozenset[Kind] | None = None) -> None:
        fault = fault_of(piece, reason, kinds)
        self._faults.append(fault)
        if fault.owner is not None:
            self._everybody.in_document(fault.document, fault.owner)

    # The end

    def finish(self, as_of: dt.date | None = None) -> Reading:
        """The persons, in the order in which they were met. With ``as_of``, stale active medicines are marked."""
        for piece, owner, found in self._pointers.resolved():
            if isinstance(found, MalformedError):
                self._refuse(piece, str(found))
            else:
                self._keep(owner, found)
        for owner, fact in self._pointers.own_devices():
            self._keep(owner, fact)
        for owner in [*self._store.owners(), *self._answers, *(fault.owner for fault in self._faults if fault.owner)]:
            self.number_of(owner)
        unreadable = self._everybody.unreadable(self._faults, self._cutter.partial)
        facts: dict[int, list[Fact]] = defaultdict(list)
        for owner in self._store.owners():
            facts[self.number_of(owner)].extend(self._store.facts_of(owner))
        answers: dict[int, list[Answer]] = defaultdict(list)
        for owner, given in self._answers.items():
            answers[self.number_of(owner)].extend(given)
        persons = tuple(
            Person(
                token=f"p{known.number + 1}",
                facts=tuple(
                    _marked([with_credible_dates(one, known.birth) for one in facts.get(known.number, [])], as_of)
                ),
                answers=tuple(answers.get(known.number, ())),
                sex=known.sex,
                birth=known.birth,
                deceased=known.deceased,
                died=known.died,
                unreadable=frozenset(unreadable.get(known.number, ())),
                origin=known.origin,
            )
            for known in self._everybody
        )
        if self._cutter.skipped:
            self._left_out[say("record.no-kind")] = self._cutter.skipped
        records = tuple(fault.record for fault in self._faults)
        return Reading(persons, records, dict(self._resources), dict(self._left_out))

    def number_of(self, owner: str) -> int:
        """The place among the persons of `finish` of the one whom a key means."""
        return self._everybody.person_of(owner).number


class NotJsonError(MalformedError):
    """Bytes that are no JSON."""


def _origin(piece: Piece, resource: fhir.Resource) -> Origin:
    return Origin(piece.origin.file, piece.origin.line, piece.origin.path, resource.id or "")


def _marked(facts: list[Fact], as_of: dt.date | None) -> list[Fact]:
    if as_of is None:
        return facts
    return [msgspec.structs.replace(fact, stale_active=True) if is_stale(fact, as_of) else fact for fact in facts]
