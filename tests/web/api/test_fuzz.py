"""Requests nobody would send: from the description by schemathesis, and valid files spoilt; never a 5xx, never long.

Schemathesis does not look inside the text of a table, a person or a plan; the second part does.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from tests.support.mutating import mutated
from tests.support.site import Answer, Site
from tests.support.valid_files import ANSWERS, PERSON, PLAN, PLANTED, TABLE, resources

TIMES = int(os.environ.get("DEQI_FUZZ", "300"))
OPERATIONS = 11
# A report takes half a second and has one parameter that matters; its cases are better spent elsewhere.
CONFIG = """
[[operations]]
include-name = "GET /api/1/report/{topic}"
generation = { max-examples = 25 }
"""
# Not held: that everything the schema allows is accepted. A schema cannot say what a table of studies is.
NOT_HELD = "positive_data_acceptance"
BUNDLE = json.dumps(
    {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources()]}
)
LINES = "\n".join(map(json.dumps, resources()))


def test_schemathesis_finds_nothing(patient_site: Site, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert command is not None
    run = subprocess.run(
        [
            *(command, "--config-file", str(config), "run", f"{patient_site.address}/api/1/openapi.json"),
            *("--max-examples", str(max(1, 2 * TIMES // OPERATIONS)), "--seed", "1", "--no-color"),
            *("--phases", "examples,coverage,fuzzing", "--exclude-checks", NOT_HELD, "--generation-database", "none"),
            "--continue-on-failure",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:]
    count = re.search(r"([\d,]+) generated", run.stdout)
    assert count is not None and int(count[1].replace(",", "")) >= TIMES, run.stdout[-2000:]


def _api(place: str, name: str, others: dict[str, Any] | None = None) -> Callable[[Site, bytes], Answer]:
    """The spoilt bytes as a text in a body."""

    def send(site: Site, spoilt: bytes) -> Answer:
        body = {name: spoilt.decode("utf-8", "replace"), **(others or {})}
        head = {"Content-Type": "application/json"}
        return site.ask(f"/api/1/{place}", "POST", json.dumps(body).encode(), head)

    return send


def _body(place: str) -> Callable[[Site, bytes], Answer]:
    """The spoilt bytes as the body itself."""
    head = {"Content-Type": "application/json"}
    return lambda site, spoilt: site.ask(f"/api/1/{place}", "POST", spoilt, head)


def _form(site: Site, spoilt: bytes) -> Answer:
    head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.address}
    return site.ask("/pool", "POST", f"do=pool&table={quote_from_bytes(spoilt)}".encode(), head)


def _fields(path: str) -> Callable[[Site, bytes], Answer]:
    """The spoilt bytes as the fields of a form, a line ``name=value`` each."""

    def send(site: Site, spoilt: bytes) -> Answer:
        lines = [line.partition(b"=") for line in spoilt.split(b"\n")]
        body = "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, _, value in lines)
        head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.address}
        return site.ask(path, "POST", body.encode(), head)

    return send


def _upload(path: str, field: str) -> Callable[[Site, bytes], Answer]:
    def send(site: Site, spoilt: bytes) -> Answer:
        edge = "edge-of-a-part"
        start = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="a.json"\r\n\r\n'.encode()
        head = {"Content-Type": f"multipart/form-data; boundary={edge}", "Origin": site.address}
        return site.ask(path, "POST", start + spoilt + f"\r\n--{edge}--\r\n".encode(), head)

    return send


def _json(**given: Any) -> str:
    return json.dumps(given)


CHOICES = """do=pool
measure=OR
model=both
method=ML
level=95
by=kind
moderators=kind
permutations=20
seed=1
scale=kind
also=all
order=yi
figures=gosh
figures=baujat
favours=a|b
table=study,yi,vi,kind"""
COURSE = "given=pregnant=no\ngiven=cancer-now=unsure\nquestion=date-of-birth\nvalue=1961-04-02\ndo=next"
NETWORK = "study,treatment,control,yi,vi\nA,a,b,1,1\nB,a,c,1,1\nC,b,c,.5,1\n"
NEEDLES = """do=check
asked=yes
tick=pregnant
a-date-of-birth=1961-04-02
gauge=0.20
length=40
minutes_all=20
number=3
expiry=2028-01-31
licence=2028-01-31
trained=yes
all_side=both
add=ST36 left 15mm perp
add=LI4
place=KI1
side=left
depth=10
angle=perpendicular
other=SP6 right 5mm
given=pregnant=no"""
WAYS: dict[str, tuple[str, Callable[[Site, bytes], Answer]]] = {
    "table": (TABLE, _api("pool", "table", {"also": ["all"]})),
    "table of counts": (TABLE, _api("pool", "table", {"measure": "OR", "method": "GLMM"})),
    "table in a form": (TABLE, _form),
    "table as a file": (TABLE, _upload("/pool", "file")),
    "person": (PERSON, _api("assess", "person")),
    "answers": (ANSWERS.replace("side", "pregnant"), _api("assess", "answers", {"person": PERSON})),
    "bundle": (BUNDLE, _api("assess", "person")),
    "lines": (LINES, _api("assess", "person")),
    "chart as a file": (BUNDLE, _upload("/ask/chart", "chart")),
    "plan": (PLAN, _api("plan", "plan", {"person": PERSON})),
    "choices of a pool": (CHOICES, _fields("/pool")),
    "course of questions": (COURSE, _fields("/ask")),
    "form of a plan": (NEEDLES, _fields("/plan")),
    "sheet of a plan": (NEEDLES, _fields("/plan/sheet")),
    "plan as a file": (NEEDLES, _fields("/plan/file.json")),
    "whole pool": (_json(table=TABLE, measure="OR", level=95, permutations=20, scale=["study"]), _body("pool")),
    "whole network": (_json(table=NETWORK, also=["league"]), _body("network")),
    "network in a form": (f"do=network\nalso=ranks\nreference=b\ntable={NETWORK.splitlines()[0]}", _fields("/network")),
    "whole figure": (_json(table=TABLE, measure="OR", favours="a|b"), _body("pool/labbe")),
    "whole assessment": (_json(person=json.loads(BUNDLE), as_of="2026-11-24"), _body("assess")),
    "whole plan": (_json(plan=json.loads(PLAN), person={"sex": "female"}), _body("plan")),
}


@pytest.mark.parametrize("way", WAYS)
def test_spoilt_contents(patient_site: Site, way: str) -> None:
    valid, send = WAYS[way]
    draw = random.Random(f"{way} {TIMES}")
    refused = 0
    assert send(patient_site, valid.encode()).status in (200, 422)
    for _ in range(TIMES // 4):
        spoilt = mutated(valid.encode(), draw)
        found = send(patient_site, spoilt)
        assert found.status < 500, spoilt[:2000]
        assert PLANTED not in str(found.headers)
        kind = found.headers["content-type"]
        if kind.partition(";")[0] in ("application/json", "application/problem+json"):
            document = json.loads(found.body, parse_constant=pytest.fail)
            assert (found.status == 200) is (kind == "application/json"), spoilt[:2000]
            if found.status != 200:
                assert document["detail"] and "\n" not in document["detail"], spoilt[:2000]
        refused += found.status >= 400
    assert refused
    assert PLANTED not in patient_site.log.read_text()


BIG = 10**9
WORD = "- {name: breast cancer, since: 2019-03}\n"
LARGEST: dict[str, tuple[str, Any]] = {
    "records": ("assess", {"person": "sex: female\nconditions:\n" + WORD * (900_000 // len(WORD))}),
    "words": ("assess", {"person": {"sex": "female", "conditions": [f"pain {n}" for n in range(60_000)]}}),
    "one word": ("assess", {"person": {"sex": "female", "conditions": ["a" * 900_000]}}),
    "answers": ("assess", {"person": {}, "answers": "answers:\n" + "".join(f"  a{n}: no\n" for n in range(60_000))}),
    "needlings": ("plan", {"plan": {"needlings": [{"point": "ST36", "depth_mm": 15}] * 200}, "person": PERSON}),
    "columns": (
        "pool",
        {"table": "study,yi,vi," + ",".join(f"c{n}" for n in range(490)) + "\n" + ("A,1,1" + ",x" * 490 + "\n") * 900},
    ),
    "counts": (
        "pool",
        {
            "table": "study,ai,n1i,ci,n2i\n" + "".join(f"S{n},{n},{BIG},{2 * n},{BIG}\n" for n in range(1, 1_001)),
            "measure": "OR",
            "method": "GLMM",
            "glmm": "UM.RS",
        },
    ),
    "checks": (
        "pool",
        {
            "table": "study,yi,vi\n" + "".join(f"S{n},{n % 7},{1 + n % 5}\n" for n in range(1_000)),
            "also": ["all"],
            "method": "EB",
        },
    ),
}


@pytest.mark.parametrize("what", LARGEST)
def test_the_largest_body_is_answered(patient_site: Site, what: str) -> None:
    place, body = LARGEST[what]
    found = patient_site.ask(f"/api/1/{place}", "POST", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert found.status in (200, 422)
