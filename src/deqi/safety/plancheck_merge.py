"""One line for each hazard: lines about the same thing become one, and name the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import msgspec

from deqi.knowledge.rules import SEVERITIES
from deqi.safety.plan import STATUSES, Line
from deqi.safety.plancheck_place import NOT_GIVEN, OWN
from deqi.safety.planned import DETAILS_QUESTION


@dataclasses.dataclass(frozen=True)
class Hit:
    """A line about one needling; ``cause`` ties together lines that have the same reason (facts of the person)."""

    number: int
    line: Line
    cause: frozenset[int]
    depth: bool = False


def weight(line: Line) -> tuple[int, int]:
    """Sorts the worst first: by status, then by severity; the plan check's own lines after rules."""
    severity = SEVERITIES.index(line.severity) if line.severity in SEVERITIES else len(SEVERITIES)  # type: ignore[arg-type]
    return STATUSES.index(line.status), severity


def merged(hits: Sequence[Hit]) -> list[Line]:
    """The lines of one needling (or of the session), one for each hazard, the worst first."""
    depth = [hit for hit in hits if hit.depth]
    asking = [hit.line for hit in hits if not hit.depth and hit.line.status == "ask"]
    rest = [hit for hit in hits if not hit.depth and hit.line.status != "ask"]
    lines = [*_one_depth([hit.line for hit in depth]), *_one_question(asking), *_one_cause(rest)]
    return sorted(lines, key=weight)


def _one_depth(lines: list[Line]) -> list[Line]:
    """Too deep is said once: as hard as the depth band says, in the words of the worst rule where one speaks."""
    if len(lines) < 2:
        return lines
    band = min((line for line in lines if line.id.startswith(OWN)), key=weight)
    rules = sorted((line for line in lines if not line.id.startswith(OWN)), key=weight)
    told = msgspec.structs.replace(rules[0], status=band.status, why=f"{band.why} {rules[0].why}")
    return [_with(told, [band, *rules[1:]])]


def _one_question(lines: list[Line]) -> list[Line]:
    """Each open question once; what only waits for the depth goes with the line that asks for it."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.id != NOT_GIVEN, weight(line))):
        groups.setdefault(line.asks or (DETAILS_QUESTION,), []).append(line)
    return [_with(first, rest) for first, *rest in groups.values()]


def _one_cause(hits: list[Hit]) -> list[Line]:
    """Lines that rest on the same facts of the person and are about the same side become one."""
    groups: list[tuple[set[int], str, list[Line]]] = []
    for hit in sorted(hits, key=lambda hit: weight(hit.line)):
        for cause, side, lines in groups:
            if side == hit.line.side and not cause.isdisjoint(hit.cause):
                cause |= hit.cause
                lines.append(hit.line)
                break
        else:
            groups.append((set(hit.cause), hit.line.side, [hit.line]))
    return [_with(first, rest) for _, _, (first, *rest) in groups]


def _with(line: Line, others: Iterable[Line]) -> Line:
    """A line that stands for others too."""
    others = list(others)
    also = dict.fromkeys(one.id for one in others if one.id != line.id)
    asks = dict.fromkeys((*line.asks, *(question for one in others for question in one.asks)))
    return msgspec.structs.replace(line, also=tuple(also), asks=tuple(asks))
