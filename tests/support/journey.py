"""Which modules hold a fact of a chart on its way from bytes to a printed finding."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

CODE = "D69.6"
WORDS = "icd10cm D69.6"
CHART = json.dumps(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "a", "gender": "female", "birthDate": "1961-04-02"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "id": "c",
                    "subject": {"reference": "Patient/a"},
                    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": CODE}]},
                    "onsetDateTime": "2026-10-01",
                }
            },
        ],
    }
).encode()
FLOORS = {"knowledge": 0, "evidence": 1, "people": 1, "safety": 2, "screening": 3, "report": 4}
_RECORDS = ("Condition", "CodeableConcept", "Coding", "Fact", "FactLine", "Say")


def floor(module: str) -> int:
    """How high a room lies."""
    return FLOORS[module.split(".")[1]]


def passed(do: Callable[[], object]) -> list[str]:
    """The modules of deqi whose calls hold the fact, in the order in which they first do; the door is no room."""
    found: list[str] = []

    def look(frame: FrameType, event: str, given: Any) -> None:
        name = frame.f_globals.get("__name__", "")
        if event not in ("call", "return") or not name.startswith("deqi.") or name in found:
            return
        if name.split(".")[1] in FLOORS and any(map(_holds, (*frame.f_locals.values(), given))):
            found.append(name)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        do()
    finally:
        sys.setprofile(before)
    return found


def called(do: Callable[[], object]) -> set[str]:
    """The files below ``src/deqi`` whose code runs."""
    found: set[str] = set()

    def look(frame: FrameType, event: str, given: Any) -> None:
        if event == "call" and frame.f_globals.get("__name__", "").startswith("deqi."):
            found.add(frame.f_globals["__name__"].removeprefix("deqi.").replace(".", "/") + ".py")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        do()
    finally:
        sys.setprofile(before)
    return found


def described(page: str) -> dict[str, list[str]]:
    """The journeys of ARCHITECTURE, each with the files and folders it names, in order."""
    _, _, rest = page.partition("**Four journeys**")
    part, _, _ = rest.partition("\n\n")
    journeys = [" ".join(one.split()) for one in re.split(r"^- ", part, flags=re.MULTILINE)[1:]]
    return {
        one.partition(":")[0]: re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", one.partition(":")[2])
        for one in journeys
    }


def _holds(value: Any, *, inside: bool = False) -> bool:
    if isinstance(value, bytes):
        return CODE.encode() in value
    if isinstance(value, str):
        return CODE in value
    if type(value).__name__ in _RECORDS:
        try:
            return CODE in repr(value)
        except AttributeError:  # not made yet
            return False
    return not inside and isinstance(value, tuple | list) and any(_holds(one, inside=True) for one in value[:50])
