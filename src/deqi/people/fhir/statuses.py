"""What each FHIR status means, as one of our states. One that is not listed, or none, leaves the state unknown."""

from __future__ import annotations

from collections.abc import Mapping

from deqi.people.facts import State

IGNORED = "entered-in-error"
"""Never happened: leaves no fact."""
WITHDRAWN = frozenset({"cancelled", "declined"})
"""Of orders, supplies and results: called off before anything was given or made. Leaves no fact either."""

MEDICATION_REQUEST: Mapping[str, State] = {
    "active": "present",
    "on-hold": "unknown",
    "completed": "past",
    "stopped": "past",
    "draft": "planned",
    "unknown": "unknown",
}

MEDICATION_STATEMENT: Mapping[str, State] = {
    "active": "present",
    "completed": "past",
    "intended": "planned",
    "stopped": "past",
    "on-hold": "unknown",
    "unknown": "unknown",
    "not-taken": "refuted",
}

MEDICATION_ADMINISTRATION: Mapping[str, State] = {
    "in-progress": "present",
    "not-done": "refuted",
    "on-hold": "unknown",
    "completed": "present",
    "stopped": "present",
    "unknown": "unknown",
}
"""A dose is no course: that it was given says nothing of the next."""

MEDICATION_DISPENSE: Mapping[str, State] = {
    "preparation": "planned",
    "in-progress": "unknown",
    "on-hold": "unknown",
    "completed": "past",
    "stopped": "past",
    "unknown": "unknown",
}
"""What was handed over is taken as long as the supply lasts."""

PROCEDURE: Mapping[str, State] = {
    "preparation": "planned",
    "in-progress": "present",
    "not-done": "refuted",
    "on-hold": "unknown",
    "stopped": "present",
    "completed": "present",
    "unknown": "unknown",
}
"""A procedure that was stopped was done in part."""

OBSERVATION: Mapping[str, State] = {
    "registered": "unknown",
    "preliminary": "present",
    "final": "present",
    "amended": "present",
    "corrected": "present",
    "unknown": "unknown",
}

DEVICE: Mapping[str, State] = {"active": "present", "inactive": "past", "unknown": "unknown"}

DEVICE_USE: Mapping[str, State] = {
    "active": "present",
    "completed": "past",
    "intended": "planned",
    "stopped": "past",
    "on-hold": "present",
}
"""A device whose use is on hold is still in place."""

CLINICAL: Mapping[str, State] = {
    "active": "present",
    "recurrence": "present",
    "relapse": "present",
    "inactive": "inactive",
    "remission": "inactive",
    "resolved": "past",
}

VERIFICATION = ("confirmed", "provisional", "differential", "unconfirmed", "refuted")
"""The more hazardous first: of codings that differ it counts."""
UNREADABLE = "?"
"""Stands for a status that is there and says nothing that is known."""

RESPONSE = frozenset({"in-progress", "completed", "amended", "stopped"})
UNFINISHED = frozenset({"in-progress", "stopped"})

PROPOSED = frozenset({"proposal", "plan", "option"})
"""Intents of an order that nobody has given yet."""
INTENTS = PROPOSED | {"order", "original-order", "reflex-order", "filler-order", "instance-order"}

CAN_BE_WITHDRAWN = (MEDICATION_REQUEST, MEDICATION_DISPENSE, OBSERVATION)
