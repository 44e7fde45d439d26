"""Published protocols as plans: what was reported, with nothing filled in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deqi.errors import InputError
from deqi.knowledge.protocols import Protocol, ProtocolComponent, ProtocolNeedling, ProtocolPair
from deqi.safety.needling.plan import CurrentPair, Needling, Plan, Side
from deqi.safety.needling.plan_file import read_plan
from deqi.safety.rules.catalog import Catalog

PREFIX = "protocol:"
_SIDES: dict[str | None, Side | None] = {
    "left": "left",
    "right": "right",
    "bilateral": "both",
    "midline": "midline",
    "affected": None,
    None: None,
}


def named_plan(written: str, catalog: Catalog) -> Plan:
    """The plan that a user names: a file, or ``protocol:`` and the id of a published protocol.

    Raises:
        InputError: no such protocol, or a plan file that cannot be used.
    """
    if not written.startswith(PREFIX):
        return read_plan(Path(written))
    protocol = catalog.atlas.protocols.get(written.removeprefix(PREFIX))
    if protocol is None:
        raise InputError(f"--plan: no such protocol; write {PREFIX} and one of {', '.join(catalog.atlas.protocols)}.")
    return protocol_plan(protocol)


def protocol_plan(protocol: Protocol) -> Plan:
    """A protocol as a plan. What was not reported stays open (None), and is asked when the plan is checked.

    The affected side is not known here. Points that a protocol calls optional are left out. A protocol whose points
    were not found gives a plan without needlings.
    """
    return Plan(
        title=protocol.title,
        needlings=tuple(one for component in protocol.components for one in _needlings(component)),
        pairs=tuple(one for component in protocol.components for pair in component.pairs for one in _pairs(pair)),
        minutes=protocol.retention_min,
    )


def _needlings(component: ProtocolComponent) -> Iterator[Needling]:
    for one in component.needlings:
        for part in _parts(one):
            yield Needling(
                point=one.point,
                segment=part,
                side=_SIDES[one.side],
                depth_mm=one.depth_mm,
                angle=one.angle,
                technique=component.technique,
            )


def _parts(one: ProtocolNeedling) -> tuple[str, ...]:
    return tuple(f"web-{number}" for number in one.webs) or ("",)


def _pairs(pair: ProtocolPair) -> Iterator[CurrentPair]:
    sides: tuple[Side | None, ...] = ("left", "right") if pair.side == "bilateral" else (_SIDES[pair.side],)
    for side in sides:
        yield CurrentPair(start=pair.start, end=pair.end, start_side=side, end_side=side)
