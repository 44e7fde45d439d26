"""The verbs: each takes a request and gives a result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from deqi.api.library import Library
from deqi.api.requests import (
    AssessRequest,
    DemoRequest,
    NetworkRequest,
    PlanRequest,
    PoolRequest,
    ReportRequest,
    ScreenRequest,
)
from deqi.api.results import Assessed, Screened
from deqi.errors import InputError
from deqi.log import event

if TYPE_CHECKING:
    from deqi.evidence.table.contrasts import NetworkTable
    from deqi.evidence.table.pooled import PooledTable
    from deqi.report.model import Report
    from deqi.safety.plancheck.check import PlanCheck
    from deqi.screening.sql.spark import Spark

T = TypeVar("T")


def report(library: Library, request: ReportRequest) -> Report:
    """Benefits and risks of acupuncture for a condition, with every row its sentences rest on.

    Raises:
        InputError: no such condition.
    """
    from deqi.report.assemble import assemble
    from deqi.report.own_condition import WHOLE, own_condition
    from deqi.report.personal import personal_part
    from deqi.report.surfaces import complete
    from deqi.report.topics import topic_of

    knowledge = library.knowledge
    own = None
    if request.person is not None and not request.condition:
        own = own_condition(knowledge, request.person)
    topic = topic_of(knowledge, request.condition or (own.condition if own else "") or WHOLE)
    personal = None
    if request.person is not None:
        engine = library.engine
        result = engine.assess(request.person, request.as_of, request.plan)
        personal = personal_part(result, engine.catalog, request.person, knowledge, own)
    made = assemble(knowledge, topic, request.as_of, sessions=request.sessions, personal=personal)
    return complete(made, knowledge)


def assess(library: Library, request: AssessRequest) -> Assessed:
    """Every safety rule judged for one person, and every needling of the plan if there is one."""
    engine = library.engine
    if request.plan is None:
        return Assessed(request.person, engine.assess(request.person, request.as_of), None, engine)
    check = engine.check_plan(request.person, request.plan, request.as_of)
    assessment = dataclasses.replace(check.assessment, plan=check.needlings)
    return Assessed(request.person, assessment, check, engine)


def check_plan(library: Library, request: PlanRequest) -> PlanCheck:
    """The plan check in full: headline, session, every needling, and the plan without what is unsafe."""
    return library.engine.check_plan(request.person, request.plan, request.as_of)


def screen(library: Library, request: ScreenRequest) -> Screened:
    """Every safety rule judged for everybody in the records, counted; result tables written where asked.

    Raises:
        InputError: a package is missing, the files cannot be read, or nothing in them is about a person.
    """
    import contextlib
    import time

    _check_packages()
    from deqi.screening.export import write_tables
    from deqi.screening.screen import screen as screen_population
    from deqi.screening.summary import summarise
    from deqi.screening.workspace import Workspace

    begun = time.perf_counter()
    engine = library.engine
    spark: contextlib.AbstractContextManager[Spark | None] = contextlib.nullcontext()
    if request.spark is not None:
        from deqi.screening.sql.spark import Spark

        spark = Spark(request.spark.master, request.spark.work)
    complete = frozenset() if library.settings is None else library.settings.complete
    with spark as session, Workspace(request.memory) as space:
        _check_places(request)
        done = screen_population(
            engine,
            request.path,
            request.as_of,
            space,
            complete=complete,
            progress=request.progress,
            spark=session,
            read_on=request.read_on,
        )
        files: tuple[Path, ...] = ()
        if request.output is not None:
            request.progress("writing", 0.0)
            files = write_tables(
                space, done.program.layout, request.output, request.output_format, done.intake.unreadable
            )
        summary = summarise(
            done.runner,
            done.program.layout,
            done.intake,
            edition=engine.catalog.edition,
            seconds=time.perf_counter() - begun,
            exact=request.exact,
        )
        blocking = done.anybody_barred
    event("screened", {"seconds": summary.seconds, "tables": len(files)})
    return Screened(summary, files, blocking)


def _check_packages() -> None:
    try:
        import duckdb  # noqa: F401
        import ibis  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as missing:
        raise InputError(f"deqi screen needs the package {missing.name}; install deqi[screen].") from None


def _check_places(request: ScreenRequest) -> None:
    path, output = request.path, request.output
    if output is not None and not output.name:
        raise InputError("-o: name a folder for the results.")
    if output is not None and path.is_dir() and output.resolve() == path.resolve():
        raise InputError(f"-o {output}: the folder that is read; name another, or the results would be read next time.")


def pool(request: PoolRequest) -> PooledTable:
    """A meta-analysis of a table of studies.

    Raises:
        InputError: columns, cells or options that cannot be used; row and column are named.
    """
    from deqi.evidence.table.pooled import pool_table

    return pool_table(
        request.table,
        measure=request.measure.upper() if request.measure else None,
        method=request.method,
        test=request.test.lower() if request.test else None,
        level=request.level,
        by=_column(request.by) if request.by else None,
        moderators=tuple(_column(name) for name in request.moderators if name.strip()),
        model=request.model.casefold(),
        glmm=request.glmm.upper(),
        also=request.also,
        order=_column(request.order) if request.order else None,
        permutations=request.permutations,
        seed=request.seed,
        scale=tuple(_column(name) for name in request.scale if name.strip()),
        served=request.served,
    )


def network(request: NetworkRequest) -> NetworkTable:
    """A network meta-analysis of a table of comparisons or of arms.

    Raises:
        InputError: columns, cells or options that cannot be used.
    """
    from deqi.evidence.table.contrasts import pool_contrasts

    return pool_contrasts(
        request.table,
        measure=request.measure.upper() if request.measure else None,
        method=request.method,
        test=request.test.casefold(),
        level=request.level,
        reference=request.reference,
        small_is_good=request.small_is_good,
        also=request.also,
        inactive=request.inactive,
        separator=request.separator,
        prediction=request.prediction,
        served=request.served,
    )


def _column(written: str) -> str:
    import re

    return re.sub(r"[\s.\-]+", "_", written.strip().casefold())


def demo(library: Library, request: DemoRequest) -> int:
    """Write made-up people as FHIR R4, whose charts between them fire every rule that needs no plan.

    Gives how many people it takes to fire every rule.

    Raises:
        InputError: the folder is there already, or cannot be written to.
    """
    from deqi.knowledge.tables.vocabulary import Code
    from deqi.screening.demo.people import Demo
    from deqi.screening.demo.write import write_bundles, write_ndjson

    output = request.output
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output}: is there already; name a new folder with -o.")
    people = Demo(library.engine.catalog, library.knowledge.rows(Code), request.as_of, request.seed)
    made = _counted(people.people(request.number), request.progress)
    (write_bundles if request.bundles else write_ndjson)(made, output)
    return people.rules


def _counted(made: Iterator[T], progress: Callable[[], None]) -> Iterator[T]:
    for one in made:
        progress()
        yield one
