"""The house: rooms of a size to grow in, English by key, and a fact that passes each room once, upwards."""

from __future__ import annotations

import ast
import datetime as dt
import itertools
from collections import Counter
from pathlib import Path

import pytest

import deqi
from deqi.knowledge import Knowledge
from tests.support import english, journey

pytestmark = pytest.mark.no_cover
ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
MOST = 0.22
"""No room has more of deqi's lines; metafit is a library of its own and counted apart."""


def test_no_room_is_the_house() -> None:
    lines: Counter[str] = Counter()
    for path in (SOURCE / "deqi").rglob("*.py"):
        parts = path.relative_to(SOURCE / "deqi").parts
        if len(parts) > 1:
            lines[parts[0]] += len(path.read_text(encoding="utf-8").splitlines())
    total = lines.total()
    assert {room: f"{count / total:.0%}" for room, count in lines.items() if count > MOST * total} == {}


def test_no_english_in_code() -> None:
    """Outside errors, docstrings, the help of options and the tables of texts."""
    found = english.by_room()
    assert not found, english.listed(found)


CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "monotonic_ns", "perf_counter_ns", "process_time_ns"}


def _clock(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression reads a clock, or a name that was taken from one."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    read = {one.attr for one in calls if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "time"}
    return bool(read & CLOCKS or names & known)


def _times_asserted(source: str) -> list[int]:
    """Lines of a test's source that assert how long something took."""
    known: set[str] = set()
    tree = ast.parse(source)
    taken = [one for one in ast.walk(tree) if isinstance(one, (ast.Assign, ast.FunctionDef))]
    while True:  # names of what was taken from a clock, and functions that give it
        before = len(known)
        for one in taken:
            if isinstance(one, ast.Assign) and _clock(one.value, known):
                known |= {name.id for target in one.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            elif isinstance(one, ast.FunctionDef):
                given = [part.value for part in ast.walk(one) if isinstance(part, ast.Return) and part.value]
                known |= {one.name} if any(_clock(part, known) for part in given) else set()
        if len(known) == before:
            break
    return [one.lineno for one in ast.walk(tree) if isinstance(one, ast.Assert) and _clock(one.test, known)]


def test_no_test_asserts_a_time() -> None:
    """On a machine that others use too it fails for nothing: count the work (tests.support.steps), or time it in
    benchmarks."""
    assert _times_asserted("b = time.monotonic()\nt = time.monotonic() - b\nassert t < 1") == [3]
    assert _times_asserted("def f():\n  b = time.time()\n  return time.time() - b\nassert f() < 2") == [4]
    found = {path: _times_asserted(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    assert {str(path.relative_to(ROOT)): lines for path, lines in found.items() if lines} == {}


MOST_MODULES = 23
"""Modules that hold a fact of a chart on its way from bytes to a printed finding."""


def test_a_chart_fact_goes_up_and_never_back() -> None:
    library, day = deqi.Library.load(), dt.date(2026, 11, 24)

    def printed() -> str:
        who = deqi.read.person(journey.CHART, library, day, name="chart.json")
        found = deqi.api.assess(library, deqi.AssessRequest(who.person, day))
        return deqi.write.page(deqi.pages.assessment(found, library))

    assert journey.WORDS in printed()
    modules = journey.passed(printed)
    rooms = list(dict.fromkeys(name.split(".")[1] for name in modules))
    climbs = [
        (before, after) for before, after in itertools.pairwise(modules) if journey.floor(after) < journey.floor(before)
    ]
    assert (rooms, climbs) == (["people", "safety", "report"], [])
    assert len(modules) <= MOST_MODULES, modules


def _printed_row() -> None:
    library = deqi.Library(Knowledge())
    deqi.pages.report(deqi.api.report(library, deqi.ReportRequest(dt.date(2026, 11, 24), "diabetic")), library)


def _printed_plan() -> None:
    library, day = deqi.Library(Knowledge()), dt.date(2026, 11, 24)
    who = deqi.read.person(ROOT / "examples" / "person.yaml", library, day)
    planned = deqi.read.plan(str(ROOT / "examples" / "plan.yaml"), library)
    deqi.pages.assessment(deqi.api.assess(library, deqi.AssessRequest(who.person, day, planned)), library)


def _printed_pool() -> None:
    library = deqi.Library.load()
    studies = deqi.read.table(ROOT / "examples" / "bcg.csv")
    deqi.pages.pooled(deqi.api.pool(deqi.PoolRequest(studies)), studies.name, library)


def _printed_fact() -> None:
    library, day = deqi.Library.load(), dt.date(2026, 11, 24)
    who = deqi.read.person(journey.CHART, library, day, name="chart.json")
    deqi.write.page(deqi.pages.assessment(deqi.api.assess(library, deqi.AssessRequest(who.person, day)), library))


def test_the_four_journeys_are_as_the_architecture_tells_them() -> None:
    """Each passes every file and folder that is named, and no room is gone back to."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    walked = {
        "a chart fact": _printed_fact,
        "a trial row": _printed_row,
        "a needling": _printed_plan,
        "a CSV row": _printed_pool,
    }
    told = journey.described(page)
    assert told.keys() == walked.keys()
    for name, walk in walked.items():
        passed = journey.called(walk)
        missed = [one for one in told[name] if not any(file.startswith(one) for file in passed)]
        assert not missed, (name, missed)
        floors = [journey.FLOORS[one.partition("/")[0]] for one in told[name]]
        assert len(floors) >= 4 and floors == sorted(floors), name


@pytest.mark.parametrize(
    ("text", "is_english"),
    [
        ("No trial says how many people got better.", True),
        ("SELECT person, count(*) AS findings FROM found", False),
        ("SELECT row, 'a date that cannot be read' FROM found", True),
        ("not-a-candidate", False),
        ("ask first", False),
        ("https://doi.org/10.1136/bmj.317.7168.1309", False),
        ("of them with nothing on record", True),
    ],
)
def test_what_counts_as_english(text: str, is_english: bool) -> None:
    assert english.english(text) is is_english
