"""One line for each hazard: lines about the same thing become one, and name the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import msgspec

from deqi.knowledge.rules import SEVERITIES
from deqi.safety.evaluate.planned import DETAILS_QUESTION
from deqi.safety.needling.plan import STATUSES, Line
from deqi.safety.plancheck.place import NOT_GIVEN, OWN, WHICH_PART


@dataclasses.dataclass(frozen=True)
class Hit:
    """A line about one needling. ``cause`` ties together lines that rest on the same facts of the person, ``classes``
    lines about the same hazard."""

    number: int
    line: Line
    cause: frozenset[int] = frozenset()
    classes: frozenset[str] = frozenset()
    depth: bool = False


def sort_key(line: Line) -> tuple[int, int]:
    """Sorts the worst first: by status, then by severity; the plan check's own lines after rules."""
    severity = SEVERITIES.index(line.severity) if line.severity in SEVERITIES else len(SEVERITIES)
    return STATUSES.index(line.status), severity


def merged(hits: Sequence[Hit]) -> list[Line]:
    """The lines of one needling (or of the session), one for each hazard, the worst first.

    What must be left out anyway asks nothing more.
    """
    lines = _one_hazard([*_one_depth([hit for hit in hits if hit.depth]), *_telling(hits)])
    if not any(line.status == "omit" and not line.side for line in lines):
        lines += _one_question([hit.line for hit in hits if not hit.depth and hit.line.status == "ask"])
    return sorted(lines, key=sort_key)


def _telling(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if not hit.depth and hit.line.status != "ask"]


def _one_depth(hits: list[Hit]) -> list[Hit]:
    """Too deep is said once: as hard as the depth band says, in the words of the worst rule where one speaks."""
    bands = [hit for hit in hits if hit.line.id.startswith(OWN)]
    rules = sorted((hit for hit in hits if not hit.line.id.startswith(OWN)), key=lambda hit: sort_key(hit.line))
    if not bands or not rules:
        return hits
    band, (first, *rest) = bands[0], rules
    told = msgspec.structs.replace(
        first.line,
        status=band.line.status,
        title=band.line.title,
        why=f"{band.line.why} {first.line.why}",
        source=tuple(dict.fromkeys((*first.line.source, *band.line.source))),
        labels=tuple(dict.fromkeys((*first.line.labels, *band.line.labels))),
    )
    line = _with(told, [band.line, *(hit.line for hit in rest)])
    classes = frozenset[str]().union(*(hit.classes for hit in rules))
    return [dataclasses.replace(first, line=line, classes=classes)]


def _one_question(lines: list[Line]) -> list[Line]:
    """Each open question once; what only waits for the depth goes with the line that asks for it."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.id not in (NOT_GIVEN, WHICH_PART), sort_key(line))):
        groups.setdefault(line.asks or (DETAILS_QUESTION,), []).append(line)
    return [_with(first, rest) for first, *rest in groups.values()]


def _one_hazard(hits: list[Hit]) -> list[Line]:
    """Lines about the same hazard or resting on the same facts, and about the same side, become one.

    The worst speaks; where others ask for something else instead, that is added.
    """
    groups: list[tuple[set[int], set[str], str, list[Line]]] = []
    for hit in sorted(hits, key=lambda hit: sort_key(hit.line)):
        for cause, classes, side, lines in groups:
            if side == hit.line.side and not (cause.isdisjoint(hit.cause) and classes.isdisjoint(hit.classes)):
                cause |= hit.cause
                classes |= hit.classes
                lines.append(hit.line)
                break
        else:
            groups.append((set(hit.cause), set(hit.classes), hit.line.side, [hit.line]))
    return [_together(lines) for _, _, _, lines in groups]


def _together(lines: list[Line]) -> Line:
    first, *rest = lines
    instead = dict.fromkeys((first.instead, *(line.instead for line in rest if line.status == first.status)))
    return _with(msgspec.structs.replace(first, instead=" ".join(instead)), rest)


def _with(line: Line, others: Iterable[Line]) -> Line:
    """A line that stands for others too."""
    others = list(others)
    also = dict.fromkeys(name for one in others for name in (one.id, *one.also) if name != line.id)
    asks = dict.fromkeys((*line.asks, *(question for one in others for question in one.asks)))
    return msgspec.structs.replace(line, also=(*line.also, *also), asks=tuple(asks))
