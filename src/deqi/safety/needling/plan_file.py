"""The plan file: what is to be done, in YAML or JSON. The format is published as ``schemas/plan.json``."""

from __future__ import annotations

import difflib
import functools
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from deqi.errors import InputError
from deqi.knowledge import Knowledge, load
from deqi.knowledge.find import PointFinder, plain
from deqi.knowledge.tables.atlas import Hazard, PlanWord, Point, PointDuplicate, PointName
from deqi.knowledge.tables.vocabulary import Region, Technique
from deqi.knowledge.thresholds import thresholds
from deqi.knowledge.words import say
from deqi.people.files.source import plain_bytes, read_bytes
from deqi.people.files.yaml_text import MAX_BYTES, read_document
from deqi.people.terminology.sites import SiteFinder
from deqi.safety.needling.plan import CurrentPair, Needling, Plan

MAX_NEEDLINGS = 200
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NUMBERED = re.compile(r"(?P<word>[a-z]+)-\d+")


class PlanNames:
    """The names a plan may use: points and their other names, regions, techniques, parts of extra points."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.points = {row.code: row for row in knowledge.rows(Point)}
        self.finder = PointFinder(knowledge.rows(Point), knowledge.rows(PointName))
        self.sites = SiteFinder(knowledge.rows(Region))
        self.techniques = {row.technique for row in knowledge.rows(Technique)}
        self._words = {(row.field, row.word): row.means for row in knowledge.rows(PlanWord)}
        self._parts: dict[str, set[str]] = {}
        for hazard in knowledge.rows(Hazard):
            if hazard.segment:
                self._parts.setdefault(hazard.point, set()).add(hazard.segment)
        for row in knowledge.rows(PointDuplicate):
            self._parts.setdefault(row.point, set()).add(row.sub_site)
        self.part_names: dict[str, tuple[str, str]] = {}
        for name in knowledge.rows(PointName):
            code, _, number = name.canonical.partition("#")
            part = next((one for one in self.parts(code) if one.endswith(f"-{number}")), None) if number else None
            if part is not None:
                self.part_names[plain(name.alias)] = (code, part)

    def region(self, written: str) -> str | None:
        """The region that a word stands for."""
        return self.sites.find(written) or self._words.get(("region", _spelt(written.replace("-", " "))))

    def technique(self, written: str) -> str | None:
        """The technique that a word stands for."""
        said = _spelt(written)
        found = self._words.get(("technique", said), said.replace(" ", "-"))
        return found if found in self.techniques else None

    def parts(self, point: str) -> tuple[str, ...]:
        """The parts of an extra point that may be named; none for a point that is one place."""
        row, known = self.points[point], self._parts.get(point, set())
        words = {found["word"] for part in known if (found := _NUMBERED.fullmatch(part))}
        if words and row.sites.isdigit():
            known = known | {f"{word}-{number + 1}" for word in words for number in range(int(row.sites) // 2)}
        return tuple(sorted(known))


@functools.cache
def shipped_names() -> PlanNames:
    """The names of the knowledge shipped with this version."""
    return PlanNames(load())


def read_plan(source: Path | bytes, name: str = "plan", names: PlanNames | None = None) -> Plan:
    """The plan of a file.

    Raises:
        InputError: the file cannot be read, or a field does not fit, with its place.
    """
    if isinstance(source, Path):
        name, data = str(source), read_bytes(source, MAX_BYTES)
    else:
        data = plain_bytes(source, name, MAX_BYTES)
    plan = plan_of(read_document(data, name), name, names)
    if not plan.needlings:
        raise InputError(f"{name}, needlings: none; write at least one, as {{point: ST36, side: left, depth_mm: 20}}.")
    return plan


def plan_of(value: Mapping[str, Any], name: str, names: PlanNames | None = None) -> Plan:
    """The plan in a mapping, its points under their WHO codes.

    Raises:
        InputError: a field that does not fit, a point, site or technique that is not known, with its place.
    """
    names = names or shipped_names()
    _refuse_endless(value, name)
    try:
        plan = msgspec.convert(_in_our_words(value, name), Plan)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}{_fault(str(error))}.") from None
    if len(plan.needlings) > MAX_NEEDLINGS:
        raise InputError(f"{name}, needlings: more than {MAX_NEEDLINGS}; write one session a plan.")
    needlings = tuple(
        _needling(one, f"{name}, needlings[{number}]", names) for number, one in enumerate(plan.needlings)
    )
    planned = {one.place for one in needlings}
    pairs = tuple(_pair(one, f"{name}, pairs[{number}]", names, planned) for number, one in enumerate(plan.pairs))
    return msgspec.structs.replace(plan, needlings=needlings, pairs=pairs)


_SESSION = {"number": "session_number", "minutes": "minutes", "posture": "posture", "date": "date"}


def _in_our_words(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A plan with its session block spread out, ``region`` read as ``site`` and an angle in degrees as such."""
    plan = dict(value)
    session = plan.pop("session", None)
    if isinstance(session, Mapping):
        for key, written in session.items():
            field = _SESSION.get(key)
            if field is None:
                raise InputError(f"{name}, session: no field is called {str(key)[:40]}; see docs/plan.md.")
            if plan.get(field, written) != written:
                raise InputError(f"{name}, session.{key}: {field} says otherwise; write it once.")
            plan[field] = written
    elif session is not None:
        raise InputError(f"{name}, session: write a mapping, as session: {{posture: supine, number: 3, minutes: 20}}.")
    if isinstance(plan.get("needlings"), list | tuple):
        plan["needlings"] = [
            _needling_words(one, f"{name}, needlings[{number}]") for number, one in enumerate(plan["needlings"])
        ]
    return plan


def _needling_words(one: Any, place: str) -> Any:
    if not isinstance(one, Mapping):
        return one
    found = dict(one)
    if "region" in found:
        if found.get("site") is not None:
            raise InputError(f"{place}: region and site mean the same; write one of them.")
        found["site"] = found.pop("region")
    angle = found.get("angle")
    if isinstance(angle, int | float) and not isinstance(angle, bool):
        found["degrees"] = angle
        found["angle"] = _angle_word(angle)
    return found


def _angle_word(degrees: float) -> str:
    """The word for an angle in degrees, as books use it."""
    if degrees <= thresholds().flat_degrees:
        return "transverse"
    return "oblique" if degrees < thresholds().upright_degrees else "perpendicular"


def _needling(one: Needling, place: str, names: PlanNames) -> Needling:
    if (one.point is None) == (one.site is None):
        raise InputError(f"{place}: give either a point, as point: ST36, or a region, as region: lower-leg.")
    technique = names.technique(one.technique)
    if technique is None:
        raise InputError(f"{place}.technique: no such technique; write {_nearest(one.technique, names.techniques)}.")
    one = msgspec.structs.replace(one, technique=technique)
    if one.site is not None:
        site = names.region(one.site)
        if site is None:
            raise InputError(f"{place}.site: no such region; write {_nearest(one.site, names.sites.ids)}.")
        return msgspec.structs.replace(one, site=site)
    point, part = names.part_names.get(plain((one.point or "")[:80]), ("", ""))
    if point and not one.segment:
        one = msgspec.structs.replace(one, segment=part)
    point = point or _point(one.point or "", f"{place}.point", names)
    _check_side(point, one.side, f"{place}.side", names)
    parts = names.parts(point)
    if one.segment and one.segment not in parts:
        hint = f"write one of {', '.join(parts)}" if parts else "leave it out: this point is one place"
        raise InputError(f"{place}.segment: no such part of {point}; {hint}.")
    return msgspec.structs.replace(one, point=point)


def _pair(one: CurrentPair, place: str, names: PlanNames, planned: set[str]) -> CurrentPair:
    ends: dict[str, str] = {}
    for end in ("start", "end"):
        written = getattr(one, end)
        site = names.region(written) if written not in names.points else None
        ends[end] = site if site in planned and site is not None else _point(written, f"{place}.{end}", names)
        if ends[end] not in planned:
            raise InputError(f"{place}.{end}: {ends[end]} is not among the needlings; write its needling too.")
        if ends[end] in names.points:
            _check_side(ends[end], getattr(one, f"{end}_side"), f"{place}.{end}_side", names)
    return msgspec.structs.replace(one, start=ends["start"], end=ends["end"])


def _point(written: str, place: str, names: PlanNames) -> str:
    if written in names.points:
        return written
    found = names.finder.find(written[:80])
    if not found.codes:
        raise InputError(f"{place}: no such point; write its WHO code, as ST36, or look it up with `deqi points`.")
    if found.ambiguous:
        raise InputError(f"{place}: may mean {' or '.join(found.codes)}; write the one that is meant.")
    return found.codes[0]


def _check_side(point: str, side: str | None, place: str, names: PlanNames) -> None:
    laterality = names.points[point].laterality
    if side is not None and laterality == "midline" and side != "midline":
        raise InputError(f"{place}: {point} lies in the midline; write midline or leave the side out.")
    if side == "midline" and laterality == "bilateral":
        raise InputError(f"{place}: {point} lies on both sides; write left, right or both.")


def _spelt(written: str) -> str:
    return " ".join(written[:80].casefold().split())


def _nearest(written: str, known: Iterable[str]) -> str:
    """The names most like what was written."""
    known = sorted(known)
    close = difflib.get_close_matches(written[:80].casefold(), known, n=3, cutoff=0.7)
    return " or ".join(close) if close else f"one of {', '.join(known)}"


def _refuse_endless(value: Any, place: str) -> None:
    """No number that is not one: limits cannot be compared with it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{place}: not a number; write digits.")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_endless(inner, f"{place}, {key}" if _WORD.fullmatch(str(key)) else place)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            _refuse_endless(inner, f"{place}[{number}]")


_HINTS = (
    (re.compile(r"Expected `str.*got `(int|float)`", re.DOTALL), "plan-file.quotes"),
    (re.compile(r"Expected `(float|int).*got `str`", re.DOTALL), "plan-file.number"),
    (re.compile(r"Expected `bool.*", re.DOTALL), "plan-file.true-false"),
    (re.compile(r"Expected `array.*", re.DOTALL), "plan-file.list"),
    (re.compile(r"Invalid RFC3339.*|Expected `date.*", re.DOTALL), "plan-file.date"),
    (
        re.compile(r"Object contains unknown field `(?P<field>[A-Za-z0-9_-]{1,40})`", re.DOTALL),
        "plan-file.unknown-field",
    ),
    (re.compile(r"Object contains unknown field .*", re.DOTALL), "plan-file.unknown"),
    (re.compile(r"Object missing required field `needlings`", re.DOTALL), "plan-file.needlings"),
    (re.compile(r"Object missing required field `(?P<field>\w+)`", re.DOTALL), "plan-file.missing"),
)


def _fault(message: str) -> str:
    """Where the fault is and what to write; the value given is never quoted."""
    found = re.fullmatch(r"(?P<what>.*?)(?: - at `(?P<place>[^`]*)`)?", message, re.DOTALL)
    what, place = (found["what"], found["place"]) if found else (message, None)
    where = (place or "").removeprefix("$").removeprefix(".")
    return f"{', ' + where if where else ''}: {_hint(what, where)}"


def _hint(what: str, where: str) -> str:
    for pattern, hint in _HINTS:
        if found := pattern.fullmatch(what):
            return say(hint, **found.groupdict())
    if "enum value" in what:
        return _words_for(where)
    return what[:1].lower() + what[1:].replace("`", "")


def _words_for(where: str) -> str:
    """That a field takes certain words, and which, from its own declaration."""
    field = where.rpartition(".")[2]
    for struct in (Needling, CurrentPair, Plan):
        for one in msgspec.structs.fields(struct):
            if one.name == field:
                words = re.findall(r"'([a-z-]+)'", str(msgspec.json.schema(one.type)))
                chosen = [word for word in words if word not in ("null", "string", "enum", "anyOf", "type", "number")]
                if chosen:
                    return say("plan-file.words", words=", ".join(dict.fromkeys(chosen)))
    return say("plan-file.word")
