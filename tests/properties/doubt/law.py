"""The property: doubt never clears.

One reading is taken here. Where a record says yes and the person's own answers say no, the record stands; once that
record is blurred, the answer is what settles a record that is only possible, or there would be nothing left to ask.
Such a rule is not compared where it is the answers that settle it: without them the blurred records leave it open,
lists declared complete and all. It is compared where it reads a result that the record holds: no answer of yes or no
settles those. (A rule about a medicine and its result is settled through the medicine where the record holds no
result; a result that corruption made unreadable is named as such, its kind is open, and an answer settles it.) No
clearance is passed over: an answer that clears is none of these.
"""

from __future__ import annotations

from collections.abc import Collection

from tests.properties.doubt.engines import Judged, reads_results, severities

# Below this much, a yes that became unknown need not be asked first: it restricts nothing, or is a rule of the day.
_HELD_UP = frozenset({"not-a-candidate", "sign-off", "ask-first"})
_CLEAR = frozenset({"no", "cleared"})


def loosened(before: Judged, after: Judged, exempt: Collection[str] = ()) -> list[str]:
    """Where ``after``, which knows less than ``before``, allows more."""
    found = [
        f"{rule}: {was} became {after.states[rule]}"
        for rule, was in before.states.items()
        if was not in {"no", after.states[rule]} and after.states[rule] in _CLEAR
        if rule not in exempt or after.states[rule] == "cleared"
    ]
    found += [
        f"{rule}: yes became unknown, and the person is {after.candidacy}"
        for rule, was in before.states.items()
        if rule not in exempt and _asks_first(rule) and was == "yes" and after.states[rule] == "unknown"
        if after.candidacy not in _HELD_UP
    ]
    if after.candidacy == "candidate" != before.candidacy and not exempt:
        found.append(f"candidacy: {before.candidacy} became candidate")
    return found + _needlings(before, after)


def contradicted(records: Judged, answers: Judged, silent: Judged, results: Collection[str]) -> list[str]:
    """Rules that the records fire and that the answers deny, with the lists declared complete.

    ``silent`` is what the blurred records say without the answers; ``results``: of what the records hold measured
    values.
    """
    return [
        rule
        for rule, state in answers.states.items()
        if state in _CLEAR and records.states[rule] not in _CLEAR and silent.states[rule] not in _CLEAR
        if not reads_results(rule, results)
    ]


def slips(judged: Judged, gender: str) -> list[str]:
    """Rules about a pregnancy in the chart of a man: a slip, which may fall silent once it is blurred."""
    return [rule for rule in judged.states if gender == "male" and rule.startswith("pregnancy-")]


def _asks_first(rule: str) -> bool:
    stage, severity = severities()[rule]
    return stage == "booking" and severity != "information"


def _needlings(before: Judged, after: Judged) -> list[str]:
    if before.candidacy in {"not-a-candidate", "sign-off"}:
        return []
    looser = {
        "omit": {"ok", "ok-note", "change"},
        "ask": {"ok", "ok-note"},
        "change": {"ok", "ok-note"},
    }
    return [
        f"{name}: {was} became {after.needlings[name]}"
        for name, was in before.needlings.items()
        if after.needlings[name] in looser.get(was, ())
    ]
