"""Kinds of fault in judging plans, each with its smallest input: what the contract wants of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.spec.surface import Ran, all_answered, assess, place_of

DOCUMENT: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text("utf-8"))
KINDS: dict[str, dict[str, Any]] = {one["id"]: one for one in DOCUMENT["kinds"]}
LEAVES: dict[str, list[str]] = DOCUMENT["leaves"]


def judged(kind: dict[str, Any], *flags: str) -> Ran:
    ran = assess(kind["person"], kind["plan"], all_answered(kind.get("given", {})), *flags)
    assert ran.err == ""
    return ran


def by_needling(kind: dict[str, Any], said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was said of each needling, keyed as in the cases: ``ST36 both``."""
    return {
        f"{place_of(meant)} {meant['side']}": one
        for meant, one in zip(kind["plan"]["needlings"], said["plan"], strict=True)
    }


@pytest.mark.parametrize("name", KINDS)
def test_status(name: str) -> None:
    kind = KINDS[name]
    ran = judged(kind, "--json", "--strict")
    said, expect = ran.json, kind["expect"]
    found = {key: one["status"] for key, one in by_needling(kind, said).items()}
    wrong = {key: found[key] for key, allowed in expect.get("needlings", {}).items() if found[key] not in allowed}
    assert wrong == {}
    if "candidacy" in expect:
        assert said["candidacy"] in expect["candidacy"]
    if "strict" in expect:
        assert ran.code == expect["strict"]
    fired = {finding["rule"] for finding in said["findings"]}
    assert set(expect.get("rules", ())) <= fired


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if "hazards" in kind["expect"]])
def test_hazards_are_named(name: str) -> None:
    kind = KINDS[name]
    found = by_needling(kind, judged(kind, "--json").json)
    missing = {
        key: sorted(set(wanted) - set(found[key].get("hazards", ())))
        for key, wanted in kind["expect"]["hazards"].items()
    }
    assert {key: left for key, left in missing.items() if left} == {}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if "alternatives" in kind["expect"]])
def test_alternatives_stand_on_every_surface(name: str) -> None:
    kind = KINDS[name]
    found = by_needling(kind, judged(kind, "--json").json)
    page, sheet = judged(kind).out, judged(kind, "--sheet").out
    for key in kind["expect"]["alternatives"]:
        offered = found[key].get("alternatives", [])
        assert offered
        assert all(point in page and point in sheet for point in offered)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if {"lines", "quiet"} & kind["expect"].keys()])
def test_a_rule_is_shown_only_where_the_plan_meets_it(name: str) -> None:
    kind = KINDS[name]
    page = judged(kind).out
    assert all(f"[{rule}]" in page for rule in kind["expect"].get("lines", ()))
    assert not any(f"[{rule}]" in page for rule in kind["expect"].get("quiet", ()))


@pytest.mark.parametrize("region", LEAVES)
def test_a_leaf_region_names_what_lies_below(region: str) -> None:
    """Depth and angle not given: at least asked, and the structure is named."""
    base = KINDS["p1-lung-nothing-given"]
    kind = base | {"plan": base["plan"] | {"needlings": [{"site": region, "side": "left"}]}}
    (one,) = judged(kind, "--json").json["plan"]
    assert one["status"] in ("ask", "change", "omit")
    assert set(LEAVES[region]) <= set(one.get("hazards", ()))
