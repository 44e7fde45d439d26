"""The leaf kinds: the only conditions a rule may be built from.

A rule's trigger is a tree of ``all`` and ``any`` over these leaves. Each leaf is one question put to a person's
facts or to a needling plan, with one implementation in each engine. A leaf is written in the rule files as a
mapping whose ``leaf`` key names its kind, for example
``{leaf: medication, set: anticoagulant, ask: takes-blood-thinner}``.

Three-valued truth (at ``as_of``; later facts do not exist):

* *yes*: a matching fact; or the answer yes to ``ask``.
* *no*: only evidence of absence: the answer no to ``ask`` or to ``gate``, a refuted, resolved or abated record of
  that very thing, the latest usable value in the window on the safe side, an age or a date, or a list the person
  declares complete.
* *unknown*: everything else.

``ask`` is the question that decides the leaf both ways. ``gate`` is a milder question put first: its *no* makes
the leaf *no*, its *yes* decides nothing (so that ``ask`` is put next).
"""

from typing import Annotated, Literal

import msgspec

from deqi.knowledge.tables.atlas import Angle

Comparison = Literal["<", "<=", ">", ">=", "=", "in"]
"""``in`` takes [low, high]: low included, high excluded."""

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Setting = Annotated[str, msgspec.Meta(pattern=r"^@[a-z0-9-]+$")]
"""A threshold a clinic may set within a range: ``@name`` is a row of the ``settings`` table."""


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="leaf"):
    """Base of all leaves."""


class Recorded(Leaf, frozen=True, kw_only=True, tag="recorded"):
    """A condition, procedure, device or allergy of a code set is on the record.

    ``within_days`` asks for an onset (or a performed date) that recent; ``ever`` also takes resolved records.
    """

    set: Name
    kinds: tuple[Literal["condition", "procedure", "device", "allergy"], ...] = ("condition",)
    within_days: int | Setting | None = None
    ever: bool = False
    ask: Name | None = None
    gate: Name | None = None


class Medication(Leaf, frozen=True, kw_only=True, tag="medication"):
    """A medicine of a code set is being taken, or was given within so many days."""

    set: Name
    within_days: int | Setting | None = None
    ask: Name | None = None
    gate: Name | None = None


class Observation(Leaf, frozen=True, kw_only=True, tag="observation"):
    """The latest usable result in the window compares so with a value.

    Two results at the same instant: the more hazardous counts. A result older than the window on the hazardous side
    keeps the leaf unknown until a newer one exists; an answer does not clear it.
    """

    observation: Name
    op: Comparison
    value: float | tuple[float, float] | Setting
    unit: str
    within_days: float | Setting
    ask: Name | None = None
    gate: Name | None = None


class Coded(Leaf, frozen=True, kw_only=True, tag="coded"):
    """The latest coded result in the window (such as a pregnancy status) is one of a code set.

    Only a result in ``denied_by`` says no; of any other ("possible", "inconclusive") nobody can tell.
    """

    observation: Name
    set: Name
    denied_by: Name
    within_days: float | Setting
    ask: Name | None = None
    gate: Name | None = None


class Answer(Leaf, frozen=True, kw_only=True, tag="answer"):
    """A question was answered with one of these values (``yes``, ``no``, a choice)."""

    question: Name
    among: tuple[str, ...] = ("yes",)
    gate: Name | None = None


class Age(Leaf, frozen=True, kw_only=True, tag="age"):
    """Completed years."""

    op: Comparison
    value: float | tuple[float, float]


class Gestation(Leaf, frozen=True, kw_only=True, tag="gestation"):
    """Completed weeks of pregnancy, from a result, a code for weeks, or the answer to ``ask``."""

    op: Comparison
    value: float | tuple[float, float]
    ask: Name


class Sex(Leaf, frozen=True, kw_only=True, tag="sex"):
    """Recorded sex; other or unrecorded is unknown."""

    among: tuple[Literal["female", "male"], ...]


class Needling(Leaf, frozen=True, kw_only=True, tag="needling"):
    """At least one needling of the plan fits every stated property.

    ``points`` are WHO codes, ``regions`` and ``techniques`` stand for themselves and all below them, ``hazards`` are
    hazard classes of the point. ``depth`` is ``over-cap`` (above the hazard row's cap), ``over-textbook`` (above the
    lowest textbook maximum) or ``not-given``; ``over_mm`` an absolute depth. ``angles_not`` matches any other angle,
    and an angle that is not given. ``both_sides`` asks for needlings of this description on both sides.
    """

    points: tuple[str, ...] = ()
    regions: tuple[Name, ...] = ()
    techniques: tuple[Name, ...] = ()
    hazards: tuple[Name, ...] = ()
    anticoagulant_avoid: bool | None = None
    depth: Literal["over-cap", "over-textbook", "not-given"] | None = None
    over_mm: float | Setting | None = None
    angles: tuple[Angle, ...] = ()
    angles_not: tuple[Angle, ...] = ()
    both_sides: bool = False
    current_crosses: tuple[Name, ...] = ()
    minutes_over: float | Setting | None = None


class Needle(Leaf, frozen=True, kw_only=True, tag="needle"):
    """The needles of the plan have a fault."""

    fault: Literal[
        "not-sterile", "not-single-use", "expired", "no-lot", "longer-than-safe", "too-thin-for-current",
        "thicker-than-fine",
    ]  # fmt: skip


class Practitioner(Leaf, frozen=True, kw_only=True, tag="practitioner"):
    """The practitioner lacks a licence valid on the day, or a named competence."""

    lacks: Literal["licence", "competence"]
    competence: Name | None = None


class Session(Leaf, frozen=True, kw_only=True, tag="session"):
    """The plan's session as a whole: which visit it is, how many needles, how long, counts in and out."""

    what: Literal["number", "needles", "minutes", "needles-unaccounted"]
    op: Comparison
    value: float | Setting


AnyLeaf = (
    Recorded
    | Medication
    | Observation
    | Coded
    | Answer
    | Age
    | Gestation
    | Sex
    | Needling
    | Needle
    | Practitioner
    | Session
)

PLAN_LEAVES = (Needling, Needle, Practitioner, Session)
"""Without a plan these are not applicable."""
