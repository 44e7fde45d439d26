"""What is recorded about a person: facts, answers, and which parts of the record are complete or unreadable.

No name, address or number of a person enters here. Readers make these values; the rules only look at them.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

import msgspec

from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import ANY_DAY, FIRST_DAY, DateRange

Kind = Literal["condition", "medication", "procedure", "device", "allergy", "observation"]
KINDS: tuple[Kind, ...] = get_args(Kind)

State = Literal["present", "inactive", "past", "refuted", "planned", "unknown"]
STATES: tuple[State, ...] = get_args(State)
"""What the recorded status means, the same words for every kind:

* ``present``: holds (an active condition, a medicine being taken, a dose given, a procedure done, a device in place, a
  final result)
* ``inactive``: a condition or allergy called inactive or in remission: neither there nor gone
* ``past``: resolved or abated, a medicine stopped or completed, a device removed
* ``refuted``: recorded as not so (refuted, not taken, not done): evidence of absence
* ``planned``: not begun
* ``unknown``: the status says so, or is not recorded where that leaves it open
"""

Side = Literal["left", "right", "both"]
How = Literal["set", "code", "product", "valueset", "name"]
"""How a fact came into a code set: named by the person file, by a code, by a product's ingredient, by a ValueSet of
the organisation, or by its name only ("matched by name")."""


class Coding(msgspec.Struct, frozen=True, gc=False):
    """One code. ``system`` is a short name (`SYSTEMS` in `people.terminology.systems`), else the address it had."""

    system: str
    code: str
    display: str = ""


class SetMatch(msgspec.Struct, frozen=True, gc=False):
    """A code set the fact belongs to, and by what. ``system`` and ``code`` are empty for a name."""

    set: str
    how: How
    system: str = ""
    code: str = ""


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where a fact was read: file name, line (NDJSON, counted from 1), path in the document, resource id."""

    file: str = ""
    line: int | None = None
    path: str = ""
    resource_id: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One recorded thing about a person.

    ``codes`` are all codings; ``system``, ``code`` and ``display`` those of the first that is in a code set, else of
    the first. ``value`` is as recorded, in ``unit`` (UCUM; empty when none); ``value_codes`` and ``value_sets`` belong
    to a coded result; ``value_missing`` is true when the result says that it has no value. ``comparator`` is one of
    ``< <= >= >`` or empty. ``site`` is a region id. ``start`` and ``end`` are when it began or was done, and ended;
    ``recorded`` when it was written down. ``stale_active`` marks a medicine that is called active but was last written
    more than ``stale-active-days`` before ``as_of``.

    ``understood`` is false where no table knows the record, ``alarms`` are sets that it may mean without being in
    them, ``meant`` the names nearest to what was written. ``unread`` shows a result that is neither a number with a
    unit nor a code (a range, a ratio, a flag, why there is none).
    """

    kind: Kind
    codes: tuple[Coding, ...] = ()
    system: str = ""
    code: str = ""
    display: str = ""
    text: str = ""
    value: float | None = None
    unit: str = ""
    comparator: str = ""
    value_codes: tuple[Coding, ...] = ()
    value_text: str = ""
    value_missing: bool = False
    site: str | None = None
    side: Side | None = None
    start: DateRange | None = None
    end: DateRange | None = None
    recorded: DateRange | None = None
    state: State = "present"
    status: str = ""
    verification: str = ""
    stale_active: bool = False
    origin: Origin = Origin()
    sets: tuple[SetMatch, ...] = ()
    value_sets: tuple[SetMatch, ...] = ()
    understood: bool = True
    alarms: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    unread: str = ""

    @property
    def words(self) -> str:
        """What was written: its words, a result as it stands, and its codes."""
        value = "" if self.value is None else f"{self.comparator}{self.value:g} {self.unit}".strip()
        parts = [self.text, self.display, *(one.display for one in self.codes), value, self.value_text, self.unread]
        parts += [f"{one.system} {one.code}" for one in self.codes]
        return "; ".join(dict.fromkeys(part for part in parts if part))

    def match(self, name: str) -> SetMatch | None:
        """How this fact belongs to a code set, or None."""
        for found in self.sets:
            if found.set == name:
                return found
        return None


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The answer to one question: ``yes``, ``no``, a choice, a number, or a date (as ISO text, maybe partial)."""

    question: str
    value: str | float
    unit: str = ""
    given: DateRange | None = None
    origin: Origin = Origin()


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one person.

    ``token`` tells the persons of one reading apart (``p1``, ``p2``, ...) and means nothing outside it; ``origin`` is
    where the person's own record stands. ``sex`` is None when other, unrecorded or contradictory. ``complete`` are the
    kinds whose list is declared complete; ``unreadable`` the kinds of which at least one record could not be read
    ("chart partly unreadable"); ``skipped`` the names of files that were passed over though they seem to hold records.
    ``read_on`` is the day of reading, the day of assessment if not said: on an earlier day later records do not exist,
    else what is dated after the day is there and cannot be placed.
    """

    token: str
    facts: tuple[Fact, ...] = ()
    answers: tuple[Answer, ...] = ()
    sex: Literal["female", "male"] | None = None
    birth: DateRange | None = None
    deceased: bool = False
    died: DateRange | None = None
    complete: frozenset[Kind] = frozenset()
    unreadable: frozenset[Kind] = frozenset()
    skipped: tuple[str, ...] = ()
    read_on: dt.date | None = None
    origin: Origin = Origin()

    def dead_on(self, as_of: dt.date) -> bool:
        """Recorded as dead by that day; a death of unknown date counts."""
        return self.deceased and (self.died is None or self.died.earliest <= as_of)

    def of_kind(self, kind: Kind) -> tuple[Fact, ...]:
        """The facts of one kind."""
        return tuple(fact for fact in self.facts if fact.kind == kind)


def with_credible_dates(fact: Fact, birth: DateRange | None) -> Fact:
    """The fact without slips: dates before the person was born, an end before its own beginning.

    Nobody knows what was meant, so a beginning is none and an end may be any day.
    """
    first = FIRST_DAY if birth is None else birth.earliest
    start, end, recorded = fact.start, fact.end, fact.recorded
    begun = first if start is None or start.latest < first else max(first, start.earliest)
    if all(
        when is None or when.latest >= earliest for when, earliest in ((start, first), (end, begun), (recorded, first))
    ):
        return fact
    return msgspec.structs.replace(
        fact,
        start=start if start is not None and start.latest >= first else None,
        end=end if end is None or end.latest >= begun else ANY_DAY,
        recorded=recorded if recorded is not None and recorded.latest >= first else None,
    )


def is_stale(fact: Fact, as_of: dt.date) -> bool:
    """An active medicine last written more than ``stale-active-days`` ago. One without a written date is not."""
    return (
        fact.kind == "medication"
        and fact.state == "present"
        and fact.recorded is not None
        and (as_of - fact.recorded.latest).days > thresholds().stale_active_days
    )
