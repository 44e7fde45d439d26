"""What a record says to a leaf: its state and dates on the one side, what it says on the other.

One table a kind of leaf. The reference evaluator looks them up, the compiled rules are joined with them, and the
documentation prints them, so that the meaning of a record stands in one place.

What a record may say:

* ``yes``: it holds.
* ``maybe``: it may hold. Silence is not *no* while it stands, nor is a denial on the record; an answer given on its
  date or later settles it.
* ``no``: it is evidence of absence, of the whole set.
* ``silent``: it says nothing of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from deqi.people.facts import STATES, State
from deqi.safety.rules.truth import Truth

Says = Literal["yes", "maybe", "no", "silent"]
SAYS: tuple[Says, ...] = get_args(Says)

Lasting = Literal["ever", "lifelong", "one_thing", "episodic"]
LASTING: tuple[Lasting, ...] = get_args(Lasting)
"""The kind of the set, or ``ever`` where the leaf asks for what ever was."""

End = Literal["none", "later", "perhaps", "today", "over"]
ENDS: tuple[End, ...] = get_args(End)
"""Where the recorded end lies: none recorded, after the day, a range around it, on the day, before it."""

Lies = Literal["in", "perhaps", "before", "none"]
"""Where a date lies beside a window of days: in it, a range across its border, before it, or none recorded."""

Meaning = Mapping[tuple[State, End], tuple[Says, Says, Says, Says]]
"""What a record of a state and an end says, in the order of `LASTING`."""


def _rows(*rows: tuple[str, str, str]) -> Meaning:
    """Rows of states and ends, several joined by ``|`` (``*`` are all), and what they say: once, or for each kind."""
    found: dict[tuple[State, End], tuple[Says, Says, Says, Says]] = {}
    for states, ends, says in rows:
        words = says.split()
        cells = words * len(LASTING) if len(words) == 1 else words
        for state in STATES:
            for end in ENDS:
                if state in states.split("|") and (ends == "*" or end in ends.split("|")):
                    found[state, end] = tuple(cells)  # type: ignore[assignment]  # four words, as `LASTING` has
    return found


#         states             ends                 ever    lifelong  one_thing  episodic
RECORDED = _rows(
    ("present",              "none|later|perhaps", "yes"),
    ("present",              "today|over",         "yes     yes       maybe      maybe"),
    ("past",                 "none|today|over",    "yes     yes       no         silent"),
    ("past",                 "perhaps",            "yes     yes       maybe      maybe"),
    ("past",                 "later",              "yes"),
    ("inactive",             "*",                  "yes     yes       maybe      maybe"),
    ("unknown",              "*",                  "maybe"),
    ("refuted",              "*",                  "silent  silent    no         silent"),
    ("planned",              "*",                  "maybe"),
)  # fmt: skip
"""Conditions, procedures, devices and allergies. A procedure that was done has no end. What is called present and yet
has ended contradicts itself. What was only meant (``planned``) may have been done since: it counts from its day on for
``alarm-days``, see `deqi.safety.evaluate.context.still_meant`."""

TAKEN = _rows(
    ("present",              "none|later|perhaps|today", "yes"),
    ("present",              "over",               "yes     yes       maybe      maybe"),
    ("past",                 "none|over",          "yes     yes       no         silent"),
    ("past",                 "perhaps|today",      "yes     yes       maybe      maybe"),
    ("past",                 "later",              "yes"),
    ("inactive|unknown",     "*",                  "maybe"),
    ("refuted",              "*",                  "silent  silent    no         silent"),
    ("planned",              "*",                  "maybe"),
)  # fmt: skip
"""Medicines. One that is called active and was last written long ago (``stale-active-days``) is ``maybe``. So is a
supply that should be used up, or a dose that was given: nobody said that the taking ended. ``alarm-days`` after that
it is silent. The last day of taking is a day of taking."""

BEGUN: Mapping[tuple[bool, Lies], Says] = {
    (True, "in"): "yes",
    (True, "perhaps"): "maybe",
    (True, "before"): "silent",
    (False, "in"): "maybe",
    (False, "perhaps"): "maybe",
    (False, "before"): "silent",
    (False, "none"): "maybe",
}
"""A leaf with a window, and a record that holds or may: by whether its beginning is known (else the day of writing,
which is then or later) and where that lies. It says the less of the two. What was over says nothing to a window."""

GIVEN: Mapping[Lies, Says] = {"in": "yes", "perhaps": "maybe", "before": "silent", "none": "maybe"}
"""A leaf with a window, and a medicine that is over: by where its end lies. A missing end is not the beginning."""

LESS: Mapping[Says, Says] = {"yes": "maybe", "maybe": "maybe", "no": "silent", "silent": "silent"}
"""What a record says that may be meant and is not understood, or that is dated after the day of reading."""

CODED: Mapping[tuple[Truth | None, Lies], Says] = {
    (Truth.YES, "in"): "yes",
    (Truth.UNKNOWN, "in"): "maybe",
    (None, "in"): "maybe",
    (Truth.NO, "in"): "no",
    (Truth.YES, "before"): "maybe",
    (Truth.UNKNOWN, "before"): "maybe",
    (None, "before"): "maybe",
    (Truth.NO, "before"): "silent",
    (Truth.YES, "none"): "maybe",
    (Truth.UNKNOWN, "none"): "maybe",
    (None, "none"): "maybe",
    (Truth.NO, "none"): "silent",
}
"""Coded results among the latest, by whether they are in the set and in the window (``none``: without a date)."""
