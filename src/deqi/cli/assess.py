"""``deqi assess``: may this person be needled, and what must be left out?"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.people.files.settings import ClinicSettings
    from deqi.safety.engine import Engine
    from deqi.safety.findings import Assessment
    from deqi.safety.needling.plan import Plan
    from deqi.safety.plancheck.check import PlanCheck


def assess(
    person: Annotated[
        Path, typer.Option("--person", help="A person file, a FHIR file, or the folder of one person's chart.")
    ],
    answers: Annotated[Path | None, typer.Option("--answers", help="Answers to the questions.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="A plan file, or protocol:ID.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="The clinic's own thresholds.")] = None,
    value_sets: Annotated[Path | None, typer.Option("--value-sets", help="A folder of FHIR ValueSets.")] = None,
    explain: Annotated[str | None, typer.Option("--explain", help="Show one rule's tree and the facts in it.")] = None,
    diff: Annotated[Path | None, typer.Option("--diff", help="An earlier --json file: say what changed.")] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print the plan's sheet for the treatment room and nothing else.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on a blocking finding.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge every safety rule for one person, and perhaps one plan.

    On a terminal the open questions are asked; elsewhere they are printed as a form to fill in.
    """
    from deqi.cli.assess_ask import ask, form
    from deqi.cli.assess_text import Page, write_changes, write_explained
    from deqi.cli.days import day_of
    from deqi.cli.one_person import read_one
    from deqi.cli.output import write, write_json
    from deqi.knowledge import load
    from deqi.safety.compare import changes, read_document
    from deqi.safety.document import document

    knowledge = load()
    day = day_of(as_of)
    chosen = _settings(settings)
    engine = _engine(chosen, value_sets)
    who = read_one(person, answers, engine, day, chosen.complete)
    what = None if plan is None else _plan(plan, engine)
    page = Page(knowledge, engine.catalog)
    if explain is not None:
        nodes = engine.explain(who, day, explain, what)
        if as_json:
            write_json({"knowledge": knowledge.edition.version, "rule": explain, "nodes": nodes})
        else:
            write_explained(nodes, page)
        return
    earlier = None if diff is None else read_document(diff)
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not as_json and not sheet and earlier is None
    if asking:
        who = ask(engine, who, day, what)
    check = None if what is None else engine.check_plan(who, what, day)
    result = engine.assess(who, day) if check is None else dataclasses.replace(check.assessment, plan=check.needlings)
    if earlier is not None:
        found = changes(earlier, document(result, engine.catalog))
        if as_json:
            write_json(found)
        else:
            write_changes(found)
    elif sheet:
        _sheet(check, engine)
    elif as_json:
        write_json(document(result, engine.catalog, None if check is None else check.alternatives))
    else:
        page.write(result, who, check)
        if result.questions and not asking:
            write()
            for line in form(result, engine):
                write(line)
    if strict and _blocks(result):
        raise typer.Exit(1)


def _settings(path: Path | None) -> ClinicSettings:
    from deqi.people.files.settings import ClinicSettings, read_settings

    return ClinicSettings({}) if path is None else read_settings(path)


def _engine(settings: ClinicSettings, value_sets: Path | None) -> Engine:
    from deqi.knowledge import load
    from deqi.safety.engine import Engine

    engine = Engine.load(load(), settings.chosen, value_sets)
    for name in engine.unused_value_sets:
        sys.stderr.write(f"deqi: {value_sets}/{name}: belongs to no code set of deqi and is not used.\n")
    return engine


def _plan(written: str, engine: Engine) -> Plan:
    from deqi.safety.needling.protocol import named_plan

    return named_plan(written, engine.catalog)


def _sheet(check: PlanCheck | None, engine: Engine) -> None:
    from deqi.safety.plancheck.sheet import sheet_of, sheet_text

    if check is None:
        raise InputError("--sheet: no plan; add --plan and a plan file, or protocol: and the id of a protocol.")
    sys.stdout.write(sheet_text(sheet_of(check, engine.catalog)))


def _blocks(result: Assessment) -> bool:
    """Whether somebody must not go on as planned."""
    return result.candidacy in ("not-a-candidate", "sign-off") or any(
        one.status in ("omit", "ask") for one in result.plan
    )
