"""Plan files: points under any name, and one sentence for every fault."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import InputError
from deqi.knowledge import load
from deqi.knowledge.tables.atlas import PlanWord
from deqi.safety.needling.plan import Needling, Plan
from deqi.safety.needling.plan_file import plan_of, read_plan, shipped_names
from deqi.safety.needling.protocol import named_plan
from deqi.safety.schemas import schema
from tests.golden.safety.plancheck.pinned import HERE
from tests.support.archetypes import engine


def read(text: str) -> Plan:
    return read_plan(text.encode(), "plan.yaml")


@pytest.mark.parametrize(
    ("written", "point", "segment"),
    [
        ("ST36", "ST36", ""),
        ("st. 36", "ST36", ""),
        ("Zusanli", "ST36", ""),
        ("足三里", "ST36", ""),
        ("Taichong", "LR3", ""),
        ("Bafeng", "EX-LE10", ""),
        ("Bafeng 2", "EX-LE10", "web-2"),
    ],
)
def test_points_are_known_under_other_names(written: str, point: str, segment: str) -> None:
    (one,) = plan_of({"needlings": [{"point": written, "side": "left"}]}, "plan").needlings
    assert (one.point, one.segment) == (point, segment)


def test_a_region_is_known_under_its_name() -> None:
    (one,) = plan_of({"needlings": [{"site": "Lower leg", "side": "left"}]}, "plan").needlings
    assert one.site == "lower-leg"


@pytest.mark.parametrize(
    ("text", "place", "say"),
    [
        ("needlings: []", "needlings", "at least one"),
        ("title: x", "plan.yaml", "needlings"),
        ("needlings: {point: ST36}", "needlings", "a list"),
        ("needlings: [{point: ST99}]", "needlings[0].point", "no such point"),
        ("needlings: [{point: Futu}]", "needlings[0].point", "LI18 or ST32"),
        ("needlings: [{side: left}]", "needlings[0]", "either a point"),
        ("needlings: [{point: ST36, site: foot}]", "needlings[0]", "either a point"),
        ("needlings: [{site: elbow joint bone}]", "needlings[0].site", "no such region"),
        ("needlings: [{point: GV20, side: left}]", "needlings[0].side", "midline"),
        ("needlings: [{point: ST36, side: midline}]", "needlings[0].side", "left, right or both"),
        ("needlings: [{point: ST36, side: up}]", "needlings[0].side", "left"),
        ("needlings: [{point: ST36, angle: upward}]", "needlings[0].angle", "oblique-up"),
        ("needlings: [{point: ST36, segment: web-2}]", "needlings[0].segment", "one place"),
        ("needlings: [{point: EX-LE10, segment: web-5}]", "needlings[0].segment", "web-1"),
        ("needlings: [{point: ST36, technique: electro}]", "needlings[0].technique", "electroacupuncture"),
        ("needlings: [{point: ST36, depth_mm: 25 mm}]", "needlings[0].depth_mm", "without a unit"),
        ("needlings: [{point: ST36, depth_mm: 0}]", "needlings[0].depth_mm", "> 0"),
        ("needlings: [{point: ST36, depth_mm: .nan}]", "depth_mm", "digits"),
        ("needlings: [{point: ST36, depht_mm: 3}]", "needlings[0]", "depht_mm"),
        ("needlings: [{point: ST36}]\nneedles: {lot: 12}", "needles.lot", "in quotes"),
        ("needlings: [{point: ST36}]\nneedles: {expiry: 2028}", "needles.expiry", "2026-11-24"),
        ("needlings: [{point: ST36}]\nneedles: {sterile: perhaps}", "needles.sterile", "true or false"),
        ("needlings: [{point: ST36}]\npairs: [{start: ST36, end: ST40}]", "pairs[0].end", "ST40 is not among"),
        ("needlings: &a [{point: ST36}]", "line 1", "alias or anchor"),
    ],
)
def test_a_fault_is_one_sentence_with_its_place(text: str, place: str, say: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    message = str(caught.value)
    assert place in message and say in message
    assert "\n" not in message


def test_a_plan_with_too_many_needlings_is_refused() -> None:
    with pytest.raises(InputError, match="more than 200"):
        plan_of({"needlings": [{"point": "ST36"}] * 201}, "plan")


def test_an_unknown_protocol_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="dimitrova-2017"):
        named_plan("protocol:nowhere", engine().catalog)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    ["point", "site", "segment", "side", "depth_mm", "angle", "technique", "retention_min", "start", "end"]
)
_NEEDLING = st.dictionaries(
    _FIELDS, _JSON | st.sampled_from(["ST36", "GV20", "both", "left", "oblique", 5]), max_size=5
)
_PLAN = st.fixed_dictionaries(
    {"needlings": st.lists(_NEEDLING, max_size=3) | _JSON},
    optional={"pairs": st.lists(_NEEDLING, max_size=2), "needles": _JSON, "practitioner": _JSON, "minutes": _JSON},
)


@settings(max_examples=150, deadline=None)
@given(_PLAN)
def test_whatever_is_written_gives_a_plan_or_one_sentence(value: dict[str, Any]) -> None:
    try:
        plan = plan_of(value, "plan")
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all(one.point in engine().catalog.atlas.points or one.site for one in plan.needlings)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_bytes_give_a_plan_or_one_sentence(data: bytes) -> None:
    try:
        read_plan(data)
    except InputError as error:
        assert str(error)


def test_the_schema_takes_what_the_reader_takes() -> None:
    taken = yaml.safe_load((HERE / "plans" / "leg.yaml").read_text(encoding="utf-8"))
    as_json = json.loads(json.dumps(taken, default=str))
    jsonschema.validate(as_json, schema("plan"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"needlings": [{"side": "left"}]},
        {"needlings": [{"point": "ST36", "depth_mm": 0}]},
        {"needlings": [{"point": "ST36", "angle": "upward"}]},
        {"needlings": [{"point": "ST36"}], "sessions": 3},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        plan_of(wrong, "plan")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("plan"))


def test_the_schema_names_every_field_and_word() -> None:
    import msgspec

    whole = schema("plan")
    session = {"number": "session_number", "minutes": "minutes", "posture": "posture", "date": "date"}
    assert set(whole["$defs"]["session"]["properties"]) == set(session)
    fields = {one.name for one in msgspec.structs.fields(Plan)}
    assert fields == (set(whole["properties"]) - {"session"}) | set(session.values())
    needling = {one.name for one in msgspec.structs.fields(Needling)}
    assert needling | {"region"} == set(whole["$defs"]["needling"]["properties"]) | {"degrees"}
    angles = {word for row in engine().catalog.hazards.values() for one in row for word in one.angles}
    assert angles <= set(schema("plan")["$defs"]["needling"]["properties"]["angle"]["anyOf"][0]["enum"])


def test_a_session_block_a_region_and_degrees_are_read() -> None:
    text = b"""
session: {posture: seated, number: 2, minutes: 15, date: 2026-11-24}
needlings:
  - {region: calf, side: left, depth_mm: 5, angle: 30}
"""
    plan = read_plan(text)
    assert (plan.posture, plan.session_number, plan.minutes) == ("seated", 2, 15)
    (one,) = plan.needlings
    assert (one.site, one.angle, one.degrees) == ("calf", "oblique", 30)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"session: {number: 2}\nsession_number: 3\nneedlings: [{point: ST36}]\n", "says otherwise"),
        (b"session: {colour: red}\nneedlings: [{point: ST36}]\n", "no field is called colour"),
        (b"needlings: [{region: calf, site: shin}]\n", "mean the same"),
        (b"needlings: [{region: calf, angle: 120}]\n", "degrees"),
    ],
)
def test_a_session_or_region_that_cannot_be_read_is_told(text: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_plan(text)


@pytest.mark.parametrize(
    ("written", "region", "technique"),
    [
        ("{region: nape, technique: EA}", "neck-back", "electroacupuncture"),
        ("{region: lumbar-spine, technique: direct moxa}", "spine-lumbar", "moxibustion-scarring"),
        ("{region: Behind the Knee, technique: Dry Needling}", "popliteal", "lift-thrust"),
        ("{region: back, technique: Gua sha}", "trunk", "gua-sha"),
    ],
)
def test_everyday_words_are_understood(written: str, region: str, technique: str) -> None:
    (one,) = read_plan(f"needlings: [{written}]".encode()).needlings
    assert (one.site, one.technique) == (region, technique)


def test_every_everyday_word_means_something() -> None:
    names = shipped_names()
    rows = load().rows(PlanWord)
    assert [row.word for row in rows if row.field == "region" and names.region(row.word) is None] == []
    assert [row.word for row in rows if row.field == "technique" and names.technique(row.word) is None] == []
    assert [row.word for row in rows if row.word != " ".join(row.word.casefold().split())] == []
