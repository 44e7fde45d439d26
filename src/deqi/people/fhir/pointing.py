"""Medicines and devices that stand in a resource of their own, and the records that point to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from deqi.people.facts import Fact, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.convert import Codes, Converter
from deqi.people.fhir.decoding import contained_in
from deqi.people.fhir.documents import Piece
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.references import Registry, base_of, key_of

Pointing = (
    fhir.MedicationRequest
    | fhir.MedicationStatement
    | fhir.MedicationAdministration
    | fhir.MedicationDispense
    | fhir.DeviceUse
)
Coded = tuple[Codes, str]


class _Waiting(msgspec.Struct, frozen=True, gc=False):
    """A resource whose medicine or device stands elsewhere, under ``key``."""

    piece: Piece
    owner: str
    resource: Pointing
    origin: Origin
    key: str
    words: str


class _Device(msgspec.Struct, eq=False, gc=False):
    """A device: its code, and the fact it is when it says whose it is. Its use, where recorded, says more."""

    code: Coded
    owner: str = ""
    fact: Fact | None = None
    used: bool = False


class Pointers:
    """What may be pointed to, and what points."""

    def __init__(self, convert: Converter) -> None:
        self._convert = convert
        self._medications: Registry[Coded] = Registry()
        self._devices: Registry[_Device] = Registry()
        self._own_devices: list[_Device] = []
        self._waiting: list[_Waiting] = []

    def medication(self, resource: fhir.Medication, keys: tuple[str, ...]) -> None:
        """A medicine that records may point to."""
        self._medications.add(keys, self._drug_of(resource))

    def device(
        self, resource: fhir.Device, keys: tuple[str, ...], origin: Origin, owner: Callable[[], str | None]
    ) -> None:
        """A device is somebody's when it says so; either way a DeviceUseStatement may point to it."""
        device = _Device(self._convert.device_code(resource))
        self._devices.add(keys, device)
        if resource.patient is None or not resource.patient.reference:
            return
        device.owner = owner() or ""
        if device.owner:
            device.fact = self._convert.device(resource, origin)
            self._own_devices.append(device)

    def coded(self, resource: Pointing, concept: fhir.Concept, origin: Origin) -> Fact | None:
        """The fact of a record that holds the code of its medicine itself."""
        return self._fact(resource, self._convert.codes_of(concept), origin)

    def contained(self, owner: str, resource: Pointing, piece: Piece, origin: Origin) -> tuple[Fact | None] | None:
        """The fact of a record whose medicine or device it contains; None of one where that stands elsewhere, which
        waits for the end.

        Raises:
            MalformedError: it points to nothing.
        """
        reference = resource.device if isinstance(resource, fhir.DeviceUse) else resource.medicationReference
        if reference is None or not (reference.reference or reference.display):
            raise MalformedError("neither a code nor a reference to one")
        words, target = reference.display or "", reference.reference or ""
        if target.startswith("#"):
            return (self._fact(resource, self._inside(resource, target[1:]) or ((), words), origin),)
        key = key_of(target, base_of(piece.full_url)) if target else ""
        self._waiting.append(_Waiting(piece, owner, resource, origin, key or "", words))
        return None

    def resolved(self) -> Iterator[tuple[Piece, str, Fact | MalformedError | None]]:
        """At the end, what each record that waited comes to: its piece, its owner, and the fact or why there is none.

        Where a device is used, its own record says nothing more; else that follows.
        """
        for one in self._waiting:
            device = self._devices.find(one.key) if isinstance(one.resource, fhir.DeviceUse) else None
            code = device.code if device else self._medications.find(one.key)
            try:
                if code is None and not one.words:
                    raise MalformedError("points to a record that is not in the files")
                fact = self._fact(one.resource, code or ((), one.words), one.origin)
            except MalformedError as error:
                yield one.piece, one.owner, error
                continue
            yield one.piece, one.owner, fact
            if device is not None and fact is not None and fact.state in ("present", "past"):
                device.used = True

    def own_devices(self) -> Iterator[tuple[str, Fact | None]]:
        """After `resolved`, the devices that say whose they are and whose use nobody recorded."""
        for device in self._own_devices:
            if not device.used:
                yield device.owner, device.fact

    def _drug_of(self, resource: fhir.Medication) -> Coded:
        """The code of a Medication, with those of its ingredients."""
        codes, text = self._convert.codes_of(resource.code)
        for ingredient in resource.ingredient or ():
            more, name = self._convert.codes_of(ingredient.itemCodeableConcept)
            codes, text = codes + more, f"{text} ; {name}" if text and name else text or name
        return codes, text

    def _inside(self, resource: fhir.Resource, wanted: str) -> Coded | None:
        for inner in contained_in(resource.contained, wanted):
            if isinstance(inner, fhir.Medication):
                return self._drug_of(inner)
            if isinstance(inner, fhir.Device):
                return self._convert.device_code(inner)
        return None

    def _fact(self, resource: Pointing, code: Coded, origin: Origin) -> Fact | None:
        if isinstance(resource, fhir.MedicationRequest):
            return self._convert.request(resource, code, origin)
        if isinstance(resource, fhir.MedicationStatement):
            return self._convert.statement(resource, code, origin)
        if isinstance(resource, fhir.MedicationAdministration):
            return self._convert.administration(resource, code, origin)
        if isinstance(resource, fhir.MedicationDispense):
            return self._convert.dispense(resource, code, origin)
        return self._convert.device_use(resource, code, origin)
