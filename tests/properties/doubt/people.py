"""Person files as a clinic writes them, and the ways in which they come to say less."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.properties.doubt import vocabulary as v

Document = dict[str, Any]
LISTS = ("conditions", "medications", "procedures", "devices")
_WORDS = {
    "conditions": v.CONDITIONS,
    "medications": v.MEDICATIONS,
    "procedures": v.PROCEDURES,
    "devices": v.DEVICES,
}
_STATES = ("current", "current", "current", "past", "refuted", "inactive", "unknown", "planned")


@st.composite
def _items(draw: st.DrawFn, name: str) -> Document:
    system, code, words = draw(st.sampled_from(_WORDS[name]))
    found: Document = {"name": words} if words else {}
    if code and system != "local":
        found["code"] = f"{system} {code}"
    found["status"] = draw(st.sampled_from(_STATES))
    if when := draw(st.sampled_from(v.WHENS)):
        found[draw(st.sampled_from(("since", "date")))] = when
    return found


@st.composite
def _results(draw: st.DrawFn) -> Document:
    code, unit, hazardous, safe = draw(st.sampled_from(v.RESULTS))
    found: Document = {"code": f"loinc {code}", "value": draw(st.sampled_from((safe, safe, hazardous)))}
    found["unit"] = draw(st.sampled_from((unit, unit, unit, v.UNREAD_UNITS[0])))
    if when := draw(st.sampled_from(v.WHENS[:14] + v.WHENS[26:])):
        found["date"] = when
    return found


@st.composite
def documents(draw: st.DrawFn) -> Document:
    found: Document = {
        "sex": draw(st.sampled_from(("female", "female", "male"))),
        "born": draw(st.sampled_from(("1980-05-01", "1990"))),
    }
    for name in LISTS:
        if entries := draw(st.lists(_items(name), max_size=2)):
            found[name] = entries
    if results := draw(st.lists(_results(), max_size=3)):
        found["observations"] = results
    names = draw(st.lists(st.sampled_from(v.QUESTIONS), max_size=6, unique=True))
    found["answers"] = {
        name: {"value": draw(st.sampled_from(("no", "no", "no", "yes"))), "date": draw(st.sampled_from(v.DAYS))}
        for name in names
    }
    if complete := draw(st.sampled_from(((), (), LISTS, ("medications", "conditions")))):
        found["complete"] = list(complete)
    return found


def _entries(document: Document) -> list[Document]:
    return [one for name in (*LISTS, "observations") for one in document.get(name, ())]


@st.composite
def blurred(draw: st.DrawFn, document: Document) -> tuple[str, Document]:
    """What was done, and the file that says less."""
    after = copy.deepcopy(document)
    entries = _entries(after)
    done = draw(st.sampled_from(("code", "date", "no date", "unit", "status", "answer", "complete", "twice")))
    if done == "complete":
        after.pop("complete", None)
    elif done == "answer":
        denied = [name for name, answer in after["answers"].items() if answer["value"] == "no"]
        if denied:
            del after["answers"][draw(st.sampled_from(denied))]
    elif entries:
        _blur(draw(st.sampled_from(entries)), done, after, draw)
    return done, after


def _blur(one: Document, done: str, after: Document, draw: st.DrawFn) -> None:
    if done == "code" and "name" in one:
        one.pop("code", None)
    elif done == "date":
        for key in ("since", "date"):
            if len(one.get(key, "")) >= 10:
                one[key] = one[key][: draw(st.sampled_from((4, 7)))]
    elif done == "no date":
        one.pop("since", None)
        one.pop("date", None)
    elif done == "unit" and "unit" in one:
        one["unit"] = draw(st.sampled_from(v.UNREAD_UNITS))
    elif done == "status" and "status" in one:
        one["status"] = "unknown"
    elif done == "twice":
        for name in (*LISTS, "observations"):
            if name in after:
                after[name].append(copy.deepcopy(after[name][0]))
