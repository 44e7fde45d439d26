"""Charts from FHIR files: every resource to its person, and an account of what could not be read."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from deqi.errors import InputError
from deqi.knowledge.words import say
from deqi.people.facts import Answer, Fact, Kind, Origin, Person, is_stale, with_credible_dates
from deqi.people.fhir import types as fhir
from deqi.people.fhir.convert import Codes, Converter
from deqi.people.fhir.documents import UNDECODABLE, Cutter, Piece, is_json, refusal
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.faults import ALL_KINDS, KIND_OF_TYPE, Fault, fault_of
from deqi.people.fhir.meaning import meaning_of, says_twice
from deqi.people.fhir.names import R4_TYPES
from deqi.people.fhir.patients import Known, known_from, merge
from deqi.people.fhir.references import Registry, base_of, key_of, own_keys, type_of
from deqi.people.fhir.responses import answers_of
from deqi.people.fhir.salvage import salvaged_kind
from deqi.people.fhir.versions import TYPES_ELSEWHERE, version_of, version_tell
from deqi.people.reading import Reading, Unreadable
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder

_decoders = {kind: msgspec.json.Decoder(type_).decode for kind, type_ in fhir.TYPES.items()}
_READ = {kind: frozenset(field.name for field in msgspec.structs.fields(type_)) for kind, type_ in fhir.TYPES.items()}
_Pointing = (
    fhir.MedicationRequest
    | fhir.MedicationStatement
    | fhir.MedicationAdministration
    | fhir.MedicationDispense
    | fhir.DeviceUse
)


class _Waiting(msgspec.Struct, frozen=True, gc=False):
    """A resource whose medicine or device stands elsewhere, under ``key``."""

    piece: Piece
    owner: str
    resource: _Pointing
    key: str
    words: str


class _Device(msgspec.Struct, eq=False, gc=False):
    """A device: its code, and the fact it is when it says whose it is. Its use, where recorded, says more."""

    code: tuple[Codes, str]
    owner: str = ""
    fact: Fact | None = None
    used: bool = False


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
        self._cutter = Cutter(R4_TYPES - _decoders.keys() - {"Bundle"})
        self._patients: Registry[Known] = Registry()
        self._known: list[Known] = []
        self._medications: Registry[tuple[Codes, str]] = Registry()
        self._devices: Registry[_Device] = Registry()
        self._own_devices: list[_Device] = []
        self._store: FactStore = FactLists() if store is None else store
        self._answers: dict[str, list[Answer]] = defaultdict(list)
        self._waiting: list[_Waiting] = []
        self._faults: list[Fault] = []
        self._owners: dict[int, set[str]] = defaultdict(set)
        self._subjects: dict[tuple[str, str], tuple[str | None, bool]] = {}
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
        decode = _decoders.get(piece.kind)
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
        if says_twice(piece.raw, _READ[piece.kind]):
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
            self._patient(resource, piece, keys)
        elif isinstance(resource, fhir.Medication):
            self._medications.add(keys, self._drug_of(resource))
        elif isinstance(resource, fhir.Device):
            self._device(resource, piece, keys)
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

    def _patient(self, resource: fhir.Patient, piece: Piece, keys: tuple[str, ...]) -> None:
        known = known_from(resource, len(self._known), _origin(piece, resource))
        before = next((found for key in keys if (found := self._patients.exact(key)) is not None), None)
        if before is not None:
            if not merge(before, known):
                self._refuse(piece, say("record.another-person"), ALL_KINDS)
            return
        self._known.append(known)
        self._patients.add(keys, known)
        if piece.document is not None and keys:
            self._owners[piece.document].add(keys[0])

    def _drug_of(self, resource: fhir.Medication) -> tuple[Codes, str]:
        """The code of a Medication, with those of its ingredients."""
        codes, text = self._convert.codes_of(resource.code)
        for ingredient in resource.ingredient or ():
            more, name = self._convert.codes_of(ingredient.itemCodeableConcept)
            codes, text = codes + more, f"{text} ; {name}" if text and name else text or name
        return codes, text

    def _device(self, resource: fhir.Device, piece: Piece, keys: tuple[str, ...]) -> None:
        """A device is somebody's when it says so; either way a DeviceUseStatement may point to it."""
        device = _Device(self._convert.device_code(resource))
        self._devices.add(keys, device)
        if resource.patient is None or not resource.patient.reference:
            return
        device.owner = self._owner(piece, resource, resource.patient) or ""
        if device.owner:
            device.fact = self._convert.device(resource, _origin(piece, resource))
            self._own_devices.append(device)

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
        assert isinstance(resource, _Pointing)
        self._pointing(owner, resource, piece)

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
        assert isinstance(resource, _Pointing)
        return (self._point(resource, convert.codes_of(concept), origin),)

    def _keep(self, owner: str, fact: Fact | None) -> None:
        if fact is None:
            self._left_out[say("record.no-fact")] += 1
        else:
            self._store.add(owner, fact)

    def _pointing(self, owner: str, resource: _Pointing, piece: Piece) -> None:
        """A medicine or the use of a device whose code is contained, or stands elsewhere: that waits for the end."""
        reference = resource.device if isinstance(resource, fhir.DeviceUse) else resource.medicationReference
        if reference is None or not (reference.reference or reference.display):
            raise MalformedError("neither a code nor a reference to one")
        words, target = reference.display or "", reference.reference or ""
        if target.startswith("#"):
            drug = self._contained(resource, target[1:]) or ((), words)
            self._keep(owner, self._point(resource, drug, _origin(piece, resource)))
            return
        key = key_of(target, base_of(piece.full_url)) if target else ""
        self._waiting.append(_Waiting(piece, owner, resource, key or "", words))

    def _contained(self, resource: fhir.Resource, wanted: str) -> tuple[Codes, str] | None:
        for raw in resource.contained or ():
            inner = _read_contained(memoryview(raw))
            if inner is not None and (inner.id or "").removeprefix("#") == wanted:
                if isinstance(inner, fhir.Medication):
                    return self._drug_of(inner)
                if isinstance(inner, fhir.Device):
                    return self._convert.device_code(inner)
        return None

    def _point(self, resource: _Pointing, code: tuple[Codes, str], origin: Origin) -> Fact | None:
        if isinstance(resource, fhir.MedicationRequest):
            return self._convert.request(resource, code, origin)
        if isinstance(resource, fhir.MedicationStatement):
            return self._convert.statement(resource, code, origin)
        if isinstance(resource, fhir.MedicationAdministration):
            return self._convert.administration(resource, code, origin)
        if isinstance(resource, fhir.MedicationDispense):
            return self._convert.dispense(resource, code, origin)
        return self._convert.device_use(resource, code, origin)

    def _owner(self, piece: Piece, resource: fhir.Resource, reference: fhir.Reference | None) -> str | None:
        """The key of the person a resource is about; None when it is about something else, such as a group."""
        if reference is None or not reference.reference:
            raise MalformedError("no subject, or one without a reference")
        if reference.reference.startswith("#"):
            return self._contained_patient(piece, resource, reference.reference[1:])
        place = (reference.reference, base_of(piece.full_url))
        if place not in self._subjects:
            key = key_of(*place)
            self._subjects[place] = key, key is None or type_of(key) in ("", "Patient")
        key, person = self._subjects[place]
        if key is None:
            raise MalformedError("a subject that names no resource")
        if not person:
            self._left_out[say("record.no-person")] += 1
            return None
        if piece.document is not None:
            self._owners[piece.document].add(key)
        return key

    def _contained_patient(self, piece: Piece, resource: fhir.Resource, wanted: str) -> str:
        for raw in resource.contained or ():
            inner = _read_contained(memoryview(raw))
            if isinstance(inner, fhir.Patient) and (inner.id or "").removeprefix("#") == wanted:
                key = f"{piece.origin.file}#{piece.origin.line}#{piece.origin.path}#{wanted}"
                if self._patients.exact(key) is None:
                    self._known.append(known_from(inner, len(self._known), piece.origin))
                    self._patients.add((key,), self._known[-1])
                return key
        raise MalformedError("a subject that is contained nowhere")

    def _refuse(self, piece: Piece, reason: str, kinds: frozenset[Kind] | None = None) -> None:
        fault = fault_of(piece, reason, kinds)
        self._faults.append(fault)
        if fault.document is not None and fault.owner is not None:
            self._owners[fault.document].add(fault.owner)

    # The end

    def finish(self, as_of: dt.date | None = None) -> Reading:
        """The persons, in the order in which they were met. With ``as_of``, stale active medicines are marked."""
        self._resolve_waiting()
        for device in self._own_devices:
            if not device.used:
                self._keep(device.owner, device.fact)
        for owner in [*self._store.owners(), *self._answers, *(fault.owner for fault in self._faults if fault.owner)]:
            self._person_of(owner)
        unreadable = self._unreadable_kinds()
        facts: dict[int, list[Fact]] = defaultdict(list)
        for owner in self._store.owners():
            facts[self._person_of(owner).number].extend(self._store.facts_of(owner))
        answers: dict[int, list[Answer]] = defaultdict(list)
        for owner, given in self._answers.items():
            answers[self._person_of(owner).number].extend(given)
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
            for known in self._known
        )
        if self._cutter.skipped:
            self._left_out[say("record.no-kind")] = self._cutter.skipped
        records = tuple(fault.record for fault in self._faults)
        return Reading(persons, records, dict(self._resources), dict(self._left_out))

    def _resolve_waiting(self) -> None:
        for one in self._waiting:
            device = self._devices.find(one.key) if isinstance(one.resource, fhir.DeviceUse) else None
            code = device.code if device else self._medications.find(one.key)
            try:
                if code is None and not one.words:
                    raise MalformedError("points to a record that is not in the files")
                fact = self._point(one.resource, code or ((), one.words), _origin(one.piece, one.resource))
            except MalformedError as error:
                self._refuse(one.piece, str(error))
                continue
            self._keep(one.owner, fact)
            if device is not None and fact is not None and fact.state in ("present", "past"):
                device.used = True

    def number_of(self, owner: str) -> int:
        """The place among the persons of `finish` of the one whom a key means."""
        return self._person_of(owner).number

    def _person_of(self, owner: str) -> Known:
        """The person of a key; one whom no Patient describes is a person nonetheless."""
        known = self._patients.find(owner)
        if known is None:
            known = Known(len(self._known), Origin())
            self._known.append(known)
            self._patients.add((owner,), known)
        return known

    def _unreadable_kinds(self) -> Mapping[int, set[Kind]]:
        """By person, the kinds of which something could not be read."""
        kinds: dict[int, set[Kind]] = defaultdict(set)
        faults = [(fault.kinds, fault.owner, fault.document) for fault in self._faults]
        faults += [(ALL_KINDS, None, document) for document in self._cutter.partial]
        for affected, owner, document in faults:
            for known in self._concerned(owner, document):
                kinds[known.number].update(affected)
        return kinds

    def _concerned(self, owner: str | None, document: int | None) -> list[Known]:
        if owner is not None:
            return [self._person_of(owner)]
        if document is not None and self._owners[document]:
            return [self._person_of(key) for key in sorted(self._owners[document])]
        return self._known


class NotJsonError(MalformedError):
    """Bytes that are no JSON."""


def _origin(piece: Piece, resource: fhir.Resource) -> Origin:
    return Origin(piece.origin.file, piece.origin.line, piece.origin.path, resource.id or "")


def _read_contained(raw: memoryview) -> fhir.Resource | None:
    decode = _decoders.get(salvaged_kind(raw))
    if decode is None:
        return None
    try:
        return decode(raw)
    except UNDECODABLE:
        raise MalformedError("a contained resource that cannot be read") from None


def _marked(facts: list[Fact], as_of: dt.date | None) -> list[Fact]:
    if as_of is None:
        return facts
    return [msgspec.structs.replace(fact, stale_active=True) if is_stale(fact, as_of) else fact for fact in facts]
