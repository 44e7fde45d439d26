"""Answers out of a QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.people.dates import ANY_DAY
from deqi.people.facts import Answer, Origin
from deqi.people.fhir import statuses
from deqi.people.fhir import types as fhir
from deqi.people.fhir.elements import MalformedError, moment, unit_of

_YES_NO = {"Y": "yes", "N": "no", "373066001": "yes", "373067005": "no"}
"""How yes and no are coded in HL7 v2 table 0136 and in SNOMED CT."""


def answers_of(resource: fhir.QuestionnaireResponse, origin: Origin) -> Iterator[Answer]:
    """The answers whose ``linkId`` is the name of a question, nested ones too."""
    if resource.status == statuses.IGNORED:
        return
    if resource.status not in statuses.RESPONSE:
        raise MalformedError("no status, or one that FHIR R4 does not have")
    # A form without a date may be of any day: what reassures in it may be too old, what does not counts.
    # Those of one that is not finished may still change.
    given = ANY_DAY if resource.status in statuses.UNFINISHED else moment(resource.authored) or ANY_DAY
    waiting = list(reversed(resource.item or []))
    while waiting:
        item = waiting.pop()
        waiting.extend(reversed(item.item or []))
        for answer in item.answer or ():
            waiting.extend(reversed(answer.item or []))
            value = _answered(answer)
            if item.linkId and (value is not None or not answer.item):
                # An answer without a value is one that could not be read.
                value = "" if value is None else value
                unit = unit_of(answer.valueQuantity) if answer.valueQuantity else ""
                yield Answer(item.linkId, value, unit, given, origin)


def _answered(answer: fhir.ItemAnswer) -> str | float | None:
    if answer.valueBoolean is not None:
        return "yes" if answer.valueBoolean else "no"
    if answer.valueCoding is not None:
        said = [_YES_NO.get(word, word) for word in (answer.valueCoding.code, answer.valueCoding.display) if word]
        opposed = {"yes", "no"} <= {one.casefold() for one in said}
        return said[0] if said and not opposed else None
    if answer.valueQuantity is not None and answer.valueQuantity.comparator:
        # A bound is no number.
        return None
    quantity = answer.valueQuantity.value if answer.valueQuantity else None
    for number in (answer.valueDecimal, answer.valueInteger, quantity):
        if number is not None:
            return float(number)
    return answer.valueDate or answer.valueDateTime or answer.valueString or None
