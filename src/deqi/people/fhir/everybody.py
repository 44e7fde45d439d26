"""Everybody a chart is about: the person of each reference, and whose a record that cannot be read may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from deqi.people.facts import Kind, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.decoding import contained_in
from deqi.people.fhir.documents import Piece
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.faults import ALL_KINDS, Fault
from deqi.people.fhir.patients import Known, known_from, merge
from deqi.people.fhir.references import Registry, base_of, key_of, type_of


class Everybody:
    """The persons met so far, in their order."""

    def __init__(self) -> None:
        self._patients: Registry[Known] = Registry()
        self._known: list[Known] = []
        self._owners: dict[int, set[str]] = defaultdict(set)
        self._subjects: dict[tuple[str, str], tuple[str | None, bool]] = {}

    def __iter__(self) -> Iterator[Known]:
        return iter(self._known)

    def patient(self, resource: fhir.Patient, piece: Piece, keys: tuple[str, ...], origin: Origin) -> bool:
        """Take in a Patient; False when it contradicts another under the same id."""
        known = known_from(resource, len(self._known), origin)
        before = next((found for key in keys if (found := self._patients.exact(key)) is not None), None)
        if before is not None:
            return merge(before, known)
        self._known.append(known)
        self._patients.add(keys, known)
        if keys:
            self.in_document(piece.document, keys[0])
        return True

    def in_document(self, document: int | None, owner: str) -> None:
        """Note that a document is about somebody."""
        if document is not None:
            self._owners[document].add(owner)

    def owner(
        self, piece: Piece, contained: Iterable[msgspec.Raw] | None, reference: fhir.Reference | None
    ) -> str | None:
        """The key of the person a resource is about; None when it is about something else, such as a group.

        Raises:
            MalformedError: it does not say about whom.
        """
        if reference is None or not reference.reference:
            raise MalformedError("no subject, or one without a reference")
        if reference.reference.startswith("#"):
            return self._contained(piece, contained, reference.reference[1:])
        place = (reference.reference, base_of(piece.full_url))
        if place not in self._subjects:
            key = key_of(*place)
            self._subjects[place] = key, key is None or type_of(key) in ("", "Patient")
        key, person = self._subjects[place]
        if key is None:
            raise MalformedError("a subject that names no resource")
        if not person:
            return None
        self.in_document(piece.document, key)
        return key

    def _contained(self, piece: Piece, contained: Iterable[msgspec.Raw] | None, wanted: str) -> str:
        for inner in contained_in(contained, wanted):
            if isinstance(inner, fhir.Patient):
                key = f"{piece.origin.file}#{piece.origin.line}#{piece.origin.path}#{wanted}"
                if self._patients.exact(key) is None:
                    self._known.append(known_from(inner, len(self._known), piece.origin))
                    self._patients.add((key,), self._known[-1])
                return key
        raise MalformedError("a subject that is contained nowhere")

    def person_of(self, owner: str) -> Known:
        """The person of a key; one whom no Patient describes is a person nonetheless."""
        known = self._patients.find(owner)
        if known is None:
            known = Known(len(self._known), Origin())
            self._known.append(known)
            self._patients.add((owner,), known)
        return known

    def unreadable(self, faults: Iterable[Fault], partial: Iterable[int]) -> Mapping[int, set[Kind]]:
        """By person, the kinds of which something could not be read; of ``partial`` documents any may be missing."""
        kinds: dict[int, set[Kind]] = defaultdict(set)
        affected = [(fault.kinds, fault.owner, fault.document) for fault in faults]
        affected += [(ALL_KINDS, None, document) for document in partial]
        for some, owner, document in affected:
            for known in self._concerned(owner, document):
                kinds[known.number].update(some)
        return kinds

    def _concerned(self, owner: str | None, document: int | None) -> list[Known]:
        if owner is not None:
            return [self.person_of(owner)]
        if document is not None and self._owners[document]:
            return [self.person_of(key) for key in sorted(self._owners[document])]
        return self._known
