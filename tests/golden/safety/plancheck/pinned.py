"""All protocols for all archetypes, as JSON to pin and as a page to read.

    .venv/bin/python -m tests.golden.safety.plancheck.pinned

writes ``tests/golden/safety/plancheck`` and ``docs/protocols-by-archetype.md`` anew.
Read the difference before keeping it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from deqi.safety.needling.anatomy import hazard_rows
from deqi.safety.needling.depth import ANYBODY, length_within, reach_of
from deqi.safety.needling.plan import STATUSES, Needles, Needling, Plan, Practitioner
from deqi.safety.needling.plan_file import read_plan
from deqi.safety.needling.protocol import protocol_plan
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.plancheck.place import label_of
from tests.support.archetypes import ARCHETYPES, AS_OF, engine, person

HERE = Path(__file__).parent
GOLDEN = HERE
PAGE = HERE.parents[3] / "docs" / "protocols-by-archetype.md"
COMPLETE = {
    "session_number": 3,
    "minutes": 20.0,
    "needles": Needles(
        gauge_mm=0.25, length_mm=13, sterile=True, single_use=True, lot="A1", expiry=AS_OF.replace(year=2028)
    ),
    "practitioner": Practitioner(licence_valid_until=AS_OF.replace(year=2027), competences=("restricted-points",)),
}


def plans() -> dict[str, Plan]:
    """The textbook leg plan, and each protocol twice: as reported, and written out within the limits of its points."""
    found = {"textbook-leg": read_plan(HERE / "plans" / "leg.yaml")}
    for name, protocol in engine().catalog.atlas.protocols.items():
        plan = protocol_plan(protocol)
        found[name] = plan
        if plan.needlings:
            found[f"{name} within limits"] = within_limits(plan)
    return found


def within_limits(plan: Plan) -> Plan:
    """The same points and techniques, each needle at its limit and at a listed angle, and nothing left unsaid."""
    needlings = tuple(_allowed(one) for one in plan.needlings)
    return msgspec.structs.replace(plan, needlings=needlings, **COMPLETE)  # type: ignore[arg-type]


def _allowed(one: Needling) -> Needling:
    catalog = engine().catalog
    if one.technique not in catalog.atlas.invasive:
        return one
    rows = hazard_rows(one, catalog)
    angle = next((angle for row in rows if row.point == one.point for angle in row.angles), "perpendicular")
    one = msgspec.structs.replace(one, angle=angle)
    depth = reach_of(one, rows, catalog, ANYBODY).most
    if depth is not None and angle != "transverse":
        depth = int(length_within(depth, angle, catalog) * 2) / 2
    return msgspec.structs.replace(one, angle=angle, depth_mm=2.0 if depth is None else depth, side=one.side or "left")


def checks() -> Iterator[tuple[str, str, PlanCheck]]:
    """Archetype, plan and its check."""
    for name in ARCHETYPES:
        who = person(name)
        for title, plan in plans().items():
            yield name, title, engine().check_plan(who, plan, AS_OF)


def told(check: PlanCheck) -> dict[str, Any]:
    """A check in short."""
    return {
        "counts": {status: check.counts[status] for status in STATUSES if check.counts.get(status)},
        "headline": [
            f"{one.line.status} {one.line.id} ({len(one.needlings)})"
            if one.needlings
            else f"{one.line.status} {one.line.id}"
            for one in check.headline
        ],
        "more": check.left_out,
        "session": [f"{line.status} {line.id}" for line in check.session],
        "needles": f"{check.needles_in} planned, {check.needles_in_without} without the unsafe",
        "needlings": [_needling(check, number) for number in range(len(check.needlings))],
    }


def _needling(check: PlanCheck, number: int) -> str:
    one = check.needlings[number]
    sides = "".join(f", {side} {status}" for side, status in one.by_side.items())
    lines = ", ".join(f"{line.id}={line.status}{' ' + line.side if line.side else ''}" for line in one.lines)
    return f"{label_of(check.plan.needlings[number])}: {one.status}{sides}{' | ' + lines if lines else ''}"


def all_told() -> dict[str, dict[str, Any]]:
    """Archetype to plan to what is said."""
    found: dict[str, dict[str, Any]] = {name: {} for name in ARCHETYPES}
    for name, title, check in checks():
        found[name][title] = told(check)
    return found


def page(found: dict[str, dict[str, Any]]) -> str:
    """The same as a page: how many needlings of each status, and the headline."""
    lines = [
        "# Protocols by archetype",
        "",
        "Generated: `.venv/bin/python -m tests.golden.safety.plancheck.pinned`. Do not edit by hand.",
        "",
        "Every published protocol for a plain person and eight people of a neuropathy clinic, as the plan check sees",
        "it. *As reported* most protocols give no depth, so most needlings `ask`. *Within limits* each needle is",
        "written at the limit of its point and at a listed angle, with needles and practitioner in order: what is left",
        "is about the person. The numbers in brackets are needlings.",
        "",
    ]
    for name, (about, _, _) in ARCHETYPES.items():
        lines += [f"## {name}", "", about, "", "| plan | omit | change | ask | no data | ok, note | ok | headline |"]
        lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for title, one in found[name].items():
            counts = " | ".join(str(one["counts"].get(status, "")) for status in STATUSES)
            more = f"; {one['more']} more" if one["more"] else ""
            lines.append(f"| {title} | {counts} | {'; '.join(one['headline']) or 'nothing'}{more} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the pinned results and the page."""
    found = all_told()
    GOLDEN.mkdir(exist_ok=True)
    for name, plans_of in found.items():
        text = json.dumps(plans_of, indent=1, ensure_ascii=False)
        (GOLDEN / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
