"""Claims, guidelines, alternatives, events and practicalities: what people are told and what to do."""

import datetime as dt
from typing import Literal

import msgspec

from deqi.knowledge.tables.base import EventId, Row


class Claim(Row, frozen=True, kw_only=True):
    """A sentence patients are told, and what the rows say of it."""

    claim: str
    group: Literal["what-it-is", "how-it-works", "used-for", "neuropathy", "risk", "candidacy"]
    sentence: str
    verdict: Literal["supported", "partly", "not-shown", "contradicted", "too-rosy"]
    certainty: Literal["high", "moderate", "low", "very-low", "not-assessed"]
    rows: tuple[str, ...] = ()
    says_instead: str
    why: str
    audience_note: str = ""


class Guideline(Row, frozen=True, kw_only=True):
    """What a body recommends for a condition, acupuncture named or not."""

    guideline: str
    body: str
    year: int | None = None
    condition: str
    topic: str
    recommendation: str
    strength: str = ""
    certainty_as_graded: str = ""
    covers_acupuncture: Literal["yes", "no", "silent", "not_seen", "not_listed"]
    """``not_seen``: the text was cut before that part; ``not_listed``: a list was read and it is not on it."""


class Alternative(Row, frozen=True, kw_only=True):
    """What else there is, doing nothing included."""

    alternative: str
    condition: str
    what: str
    benefit: str = ""
    benefit_number: str = ""
    harm: str = ""
    guideline: tuple[str, ...] = ()


class Event(Row, frozen=True, kw_only=True):
    """An unwanted event in plain words: what it looks like, what to do, when to seek help."""

    event: str
    plain_name: str
    looks_like: str
    do_now: str
    seek_help: Literal["now", "today", "soon", "no"]
    help_when: str = ""
    how_common_row: tuple[str, ...] = ()


class EventPart(Row, frozen=True, kw_only=True):
    """One event is part of another: where the whole was not seen, neither was the part."""

    whole: EventId
    part: EventId
    why: str


class Practicality(Row, frozen=True, kw_only=True):
    """A practical question and its cited answer."""

    key: str
    question: str
    answer: str
    country: str = ""


class EditionChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is different since an edition, for people who read the last one."""

    change: str
    edition: str
    released: dt.date
    area: Literal["benefit", "harm", "rules", "plan", "words", "records"]
    said: str
