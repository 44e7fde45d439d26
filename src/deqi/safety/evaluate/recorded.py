"""Leaves about what is on the record: conditions, procedures, devices, allergies, medicines.

What a record says stands in `deqi.safety.rules.semantics`; here its dates are placed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from deqi.knowledge.leaves import Medication, Recorded
from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import DateRange
from deqi.people.facts import Fact, is_stale
from deqi.safety.evaluate.answers import Found, from_record, unrecorded
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.semantics import BEGUN, GIVEN, LASTING, LESS, RECORDED, SAYS, TAKEN, End, Lasting, Lies, Says


def open_at_most(code_set: str) -> int | None:
    """How many days a record of a set that was never closed still says all it says; None: for ever."""
    return thresholds().longest_pregnancy_days if code_set == "pregnancy" else None


def alarm_days(code_set: str) -> int:
    """For how many days after its end a record that may be meant still counts."""
    return open_at_most(code_set) or thresholds().alarm_days


_COLUMN: Mapping[Lasting, int] = {lasting: place for place, lasting in enumerate(LASTING)}


def recorded(leaf: Recorded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Recorded`."""
    if leaf.set not in context.recorded_sets and leaf.set not in context.doubted_sets:
        return unrecorded(context, leaf.ask, leaf.gate, silence_is_no=context.silence_is_no(leaf.kinds))
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    found = Found(context.as_of)
    for fact in context.facts(leaf.set):
        says = _there(leaf, fact, context, days)
        # A record of a kind that the rule does not read (a scan of an aneurysm) is no diagnosis, and no silence.
        found.add(fact, says if fact.kind in leaf.kinds else LESS[says])
    for fact in context.doubted(leaf.set):
        found.add(fact, _less(leaf, fact, _there(leaf, fact, context, days), context.as_of, days))
    return _settled(leaf, leaf.kinds, context, found)


def medication(leaf: Medication, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Medication`."""
    if leaf.set not in context.recorded_sets and leaf.set not in context.doubted_sets:
        return unrecorded(context, leaf.ask, leaf.gate, silence_is_no=context.silence_is_no(("medication",)))
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    found = Found(context.as_of)
    for fact in context.facts(leaf.set):
        if fact.kind == "medication":
            found.add(fact, _taken(leaf, fact, context, days))
    for fact in context.doubted(leaf.set):
        if fact.match(leaf.set) is None or fact.kind == "medication":
            found.add(fact, _less(leaf, fact, _taken(leaf, fact, context, days), context.as_of, days))
    return _settled(leaf, ("medication",), context, found)


def _settled(leaf: Recorded | Medication, kinds: tuple[str, ...], context: Context, found: Found) -> Verdict:
    silence_is_no = context.silence_is_no(kinds)
    if found.empty:
        return unrecorded(context, leaf.ask, leaf.gate, silence_is_no=silence_is_no)
    return from_record(
        context, leaf.ask, leaf.gate, found, readable=context.readable(kinds), silence_is_no=silence_is_no
    )


def _lasting(leaf: Recorded | Medication, fact: Fact, context: Context) -> Lasting:
    """The kind of the record: by its code, and *ever* where the leaf asks for what ever was."""
    if isinstance(leaf, Recorded) and leaf.ever:
        return "ever"
    match = fact.match(leaf.set)
    return context.catalog.lasting.of_set(leaf.set) if match is None else context.catalog.lasting.of(match)


def _there(leaf: Recorded, fact: Fact, context: Context, days: float | None) -> Says:
    """What a recorded thing says to a leaf."""
    as_of, lasting = context.as_of, _lasting(leaf, fact, context)
    end: End = "none" if fact.kind == "procedure" and fact.state == "present" else end_of(fact.end, as_of)
    says = RECORDED[fact.state, end][_COLUMN[lasting]]
    most = open_at_most(leaf.set)
    if says == "yes" and most is not None and lasting not in ("ever", "lifelong"):
        says = "maybe" if _older(fact.start or fact.recorded, most, as_of) else "yes"
    if days is None or fact.state in ("refuted", "planned"):
        return says
    if says in ("no", "silent"):
        return "silent"
    began = BEGUN[fact.start is not None, lies(fact.start or fact.recorded, as_of, days)]
    return max(says, began, key=SAYS.index)


def _taken(leaf: Medication, fact: Fact, context: Context, days: float | None) -> Says:
    """The same for a medicine."""
    as_of = context.as_of
    end = end_of(fact.end, as_of)
    says = TAKEN[fact.state, end][_COLUMN[_lasting(leaf, fact, context)]]
    if says == "yes" and fact.state == "present" and is_stale(fact, as_of):
        return "maybe"
    if days is None or fact.state not in ("past", "present") or says == "yes":
        lapsed = says == "maybe" and fact.state == "present" and _older(fact.end, thresholds().alarm_days, as_of)
        return "silent" if lapsed else says
    return GIVEN[lies(fact.end, as_of, days)]


def _less(leaf: Recorded | Medication, fact: Fact, says: Says, as_of: dt.date, days: float | None) -> Says:
    """What a record says that may be meant: less, and for some time after it was over still something."""
    less = LESS[says]
    if less != "silent" or days is not None or fact.state == "refuted":
        return less
    when = fact.end or fact.start or fact.recorded
    counts = alarm_days(leaf.set)
    return "maybe" if when is None or (as_of - when.latest).days <= counts else "silent"


def _older(when: DateRange | None, days: float, as_of: dt.date) -> bool:
    """Certainly more than so many days ago."""
    return when is not None and (as_of - when.latest).days > days


def end_of(end: DateRange | None, as_of: dt.date) -> End:
    """Where a recorded end lies beside the day."""
    if end is None:
        return "none"
    if end.latest <= as_of:
        return "today" if end.latest == as_of else "over"
    return "later" if end.earliest > as_of else "perhaps"


def lies(when: DateRange | None, as_of: dt.date, days: float) -> Lies:
    """Where a date lies beside the window of so many days before the day."""
    if when is None:
        return "none"
    border = as_of - dt.timedelta(days=days)
    if when.latest < border:
        return "before"
    return "in" if when.earliest >= border else "perhaps"
