"""Words shown to people: no advice to leave a medicine, no claim without its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES
from deqi.knowledge.tables.options import Treatment
from deqi.knowledge.tables.words import Alternative, Claim, Event, Practicality
from deqi.knowledge.words import say

_MEDICINE = r"(?:medicines?|medications?|drugs?|tablets?|pills?|blood[- ]thinners?|anticoagulants?|insulin|dose|warfarin|aspirin|steroids?|chemotherapy|pump)"  # noqa: E501
_LEAVE = r"(?:stop|stopping|pause|pausing|skip|skipping|omit|withhold|hold|halt|come off|leave off|leave out|miss|interrupt|discontinue)"  # noqa: E501
STOP_A_MEDICINE = re.compile(
    rf"(?<!not )(?<!never )(?<!n't )(?<!nobody to )\b{_LEAVE}\b"
    rf"(?: taking)?(?: your| the| their| a| any| this)?(?: \w+)?\s{_MEDICINE}\b",
    re.IGNORECASE,
)
"""An instruction to leave a medicine. ``never stop your medicine`` is fine."""

_PREFIXES = {
    "trial": "trials",
    "outcome": "outcomes",
    "harm": "harm_rows",
    "indication": "indications",
    "pool": "published_pools",
    "harmpool": "published_harm_pools",
    "modifier": "harm_modifiers",
    "rule": "rules",
    "guideline": "guidelines",
    "source": "sources",
}


def word_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Every fault in words that people read."""
    for place, text in person_facing(knowledge):
        if found := STOP_A_MEDICINE.search(text):
            yield Fault(place, say("check.leaves-medicine", words=found[0]))
    yield from _claim_faults(knowledge)


def person_facing(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Every text of the knowledge that a page or a command shows a person."""
    for rule in knowledge.rules:
        for field in ("title", "why", "plain", "instead"):
            yield f"rules, {rule.id}, {field}", getattr(rule, field)
    shown = {
        Claim: ("sentence", "says_instead", "why", "audience_note"),
        Event: ("plain_name", "looks_like", "do_now", "help_when"),
        Alternative: ("what", "benefit", "harm"),
        Practicality: ("question", "answer"),
        Treatment: ("plain_name",),
    }
    for spec in TABLES.values():
        for field in shown.get(spec.row, ("plain", "clinician") if spec.name == "questions" else ()):
            for row in knowledge.rows(spec.row):
                yield f"{spec.name}.csv, {getattr(row, spec.key[0])}, {field}", str(getattr(row, field))


def _claim_faults(knowledge: Knowledge) -> Iterator[Fault]:
    keys: dict[str, set[str]] = {"rules": {rule.id for rule in knowledge.rules}}
    for claim in knowledge.rows(Claim):
        place = f"claims.csv, {claim.claim}"
        for reference in claim.rows:
            kind, _, key = reference.partition(":")
            table = _PREFIXES.get(kind)
            if table is None:
                yield Fault(place, say("check.claim-kind", value=reference, kinds=", ".join(_PREFIXES)))
                continue
            if table not in keys:
                spec = TABLES[table]
                keys[table] = {str(getattr(row, spec.key[0])) for row in knowledge.rows(spec.row)}
            if key not in keys[table]:
                yield Fault(place, say("check.reference", value=reference, target=table))
        if claim.verdict == "supported" and not claim.rows:
            yield Fault(place, say("check.supported-without-row"))
