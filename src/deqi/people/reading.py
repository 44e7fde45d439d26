"""What came of reading: the persons, and an account of everything that could not be used."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from deqi.people.facts import Origin, Person


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """One record that could not be read: where it stands, its type (empty when unknown), and why. Quotes nothing."""

    origin: Origin
    type: str
    reason: str

    def __str__(self) -> str:
        place = self.origin.file
        if self.origin.line is not None:
            place += f", line {self.origin.line}"
        if self.origin.path:
            place += f", {self.origin.path}"
        return f"{place}: {self.type or 'a record'}: {self.reason}"


class Reading(msgspec.Struct, frozen=True):
    """The persons of some files; ``resources`` counts the records read of each type, ``left_out`` those that are no
    facts by reason (such as "not about what deqi looks at"), ``unreadable`` lists the malformed ones, ``passed_over``
    names what stands in the folder and was not read."""

    persons: tuple[Person, ...]
    unreadable: tuple[Unreadable, ...] = ()
    resources: Mapping[str, int] = {}
    left_out: Mapping[str, int] = {}
    passed_over: tuple[str, ...] = ()
