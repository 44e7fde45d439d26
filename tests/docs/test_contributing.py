"""The pages on how to add something: what they say to add, added to a copy, is right, and without any of it is not."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from deqi.api import AssessRequest, Library, ReportRequest, assess, pages, read, report
from deqi.evidence.benefits import benefit_evidence
from deqi.knowledge import Knowledge
from deqi.knowledge.check import check_all
from deqi.safety.cases.run import read_cases, run_cases
from deqi.safety.engine import Engine
from deqi.safety.needling.plan_file import PlanNames, read_plan

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "contributing"
DATA = "src/deqi/knowledge/data/"
_STEP = re.compile(r"^To `([^`]+)` add:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(FOLDER.glob("*.md"))


def steps(name: str) -> dict[str, str]:
    """What a page says to add, by file."""
    found = dict(_STEP.findall((FOLDER / name).read_text(encoding="utf-8")))
    assert len(found) >= 6
    return found


def added(copy: Path, name: str, without: str = "") -> Path:
    """The copy with everything added but one file's lines."""
    for path, text in steps(name).items():
        if path.startswith(DATA) and path != without:
            with (copy / path.removeprefix(DATA)).open("a", encoding="utf-8") as file:
                file.write(text)
    return copy


def faults(folder: Path) -> list[str]:
    return [f"{one.place}: {one.problem}" for one in check_all(folder).faults]


def test_they_are_linked() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(docs/contributing/{page.name})" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_and_commands_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", text)
    assert named and [path for path in named if not (ROOT / path).exists()] == []
    commands = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    assert "deqi knowledge check" in commands
    for command in commands:
        words = command.split()
        if words[0] == "python":
            assert (ROOT / f"{words[2].replace('.', '/')}.py").exists()
        elif words[0] == "cp":
            assert (ROOT / words[-2]).exists()
        else:
            assert words[0] == "deqi"  # run by test_examples


def test_a_rule(copy: Path, tmp_path: Path) -> None:
    assert faults(added(copy, "rule.md")) == []
    (path,) = [path for path in steps("rule.md") if not path.startswith(DATA)]
    cases = tmp_path / Path(path).name
    cases.write_text(f"cases:\n{steps('rule.md')[path]}", encoding="utf-8")
    ran = run_cases(Engine.load(Knowledge(copy)), read_cases(cases))
    assert (ran.agree, ran.disagreements) == (3, ())


@pytest.mark.parametrize("without", ["code_sets", "codes", "set_kinds", "questions", "question_days"])
def test_a_rule_without_a_part(copy: Path, without: str) -> None:
    found = faults(added(copy, "rule.md", f"{DATA}{without}.csv"))
    assert found and all("dermographism" in one or "skin-wheals-when-stroked" in one for one in found)


def test_a_trial_joins_the_pool(copy: Path, knowledge: Knowledge) -> None:
    assert faults(added(copy, "trial.md")) == []
    before, after = (
        [
            [one.trial.trial for one in part.effects]
            for cell in benefit_evidence(edition, "dpn").cells
            if cell.group == "drug_or_vitamin"
            for part in cell.syntheses
        ]
        for edition in (knowledge, Knowledge(copy))
    )
    joined = [sorted(part) for part in after if "example2026" in part]
    assert len(joined) == 1 and len(joined[0]) >= 3
    assert sorted(set(joined[0]) - {"example2026"}) in [sorted(part) for part in before]


@pytest.mark.parametrize("without", ["sources", "trials", "trial_results", "outcomes", "outcome_definitions"])
def test_a_trial_without_a_part(copy: Path, without: str) -> None:
    found = faults(added(copy, "trial.md", f"{DATA}{without}.csv"))
    assert found and all("example2026" in one for one in found)


PLAN = b"""
needlings:
- {point: EX-UE99, side: left, depth_mm: 10, angle: perpendicular}
- {point: EX-UE99, side: left, depth_mm: 26, angle: perpendicular}
- {region: forearm-outer, side: right, depth_mm: 26, angle: perpendicular}
"""


def test_a_point_and_a_region(copy: Path) -> None:
    assert faults(added(copy, "point.md")) == []
    library, day = Library(Knowledge(copy)), dt.date(2026, 11, 24)
    who = read.person(b"{sex: male, born: 1960}", library, day).person
    plan = read_plan(PLAN, names=PlanNames(library.knowledge))
    check = assess(library, AssessRequest(who, day, plan)).check
    assert check is not None
    within, above, region = check.needlings
    assert above.status == "omit" and "check:over-textbook" in above.findings
    assert "check:over-textbook" not in within.findings and "check:over-cap" not in within.findings
    assert within.limit_mm == above.limit_mm == region.limit_mm is not None  # the region takes its point's


@pytest.mark.parametrize("without", ["points", "point_places", "regions"])
def test_a_point_without_a_part(copy: Path, without: str) -> None:
    found = faults(added(copy, "point.md", f"{DATA}{without}.csv"))
    assert found and all("EX-UE99" in one or "forearm-outer" in one for one in found)


def test_a_point_without_a_hazard_has_no_data(copy: Path) -> None:
    library, day = Library(Knowledge(added(copy, "point.md", f"{DATA}hazards.csv"))), dt.date(2026, 11, 24)
    plan = read_plan(PLAN, names=PlanNames(library.knowledge))
    check = assess(library, AssessRequest(read.person(b"{}", library, day).person, day, plan)).check
    assert check is not None and check.needlings[0].limit_mm is None
    assert "no-data" in [line.status for line in check.needlings[0].lines]


def test_a_language(copy: Path) -> None:
    """The two commands of the page, in the copy."""
    page = (FOLDER / "language.md").read_text(encoding="utf-8")
    commands = [line.split() for line in _BLOCK.findall(page)[0].splitlines()]
    assert [words[0] for words in commands] == ["cp", "cp"]
    for _, *_, source, target in commands:
        one, other = (copy / path.removeprefix(DATA) for path in (source, target))
        (shutil.copytree if one.is_dir() else shutil.copyfile)(one, other)
    assert Knowledge(copy).languages == ("en", "nl")
    assert faults(copy) == []
    library = Library(Knowledge(copy, "nl"))
    assert pages.report(report(library, ReportRequest(dt.date(2026, 11, 24), "diabetic")), library).title
