"""The addresses: what each gives for what is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from deqi.api import (
    AssessRequest,
    NetworkRequest,
    PoolRequest,
    ReportRequest,
    assess,
    look_up,
    network,
    pool,
    pooling,
    read,
    report,
)
from deqi.api.types import AssessmentDocument, InputError, NetworkTable, OnePerson, Plan, PooledTable, Report
from deqi.web.api.bodies import (
    Asked,
    AssessBody,
    Document,
    FigureBody,
    NetworkBody,
    PlanBody,
    PointsQuery,
    PoolBody,
    ReportQuery,
)
from deqi.web.api.day import day_of, today
from deqi.web.api.documents import FigureDocument, NetworkDocument, PointsDocument, PoolDocument, SourceDocument
from deqi.web.api.endpoint import MissingError, endpoint
from deqi.web.api.openapi import document
from deqi.web.pooling.asked import table_of
from deqi.web.pooling.figures import svg
from deqi.web.pooling.network import FIGURES as DRAWINGS
from deqi.web.pooling.network import figure as drawn
from deqi.web.site.library import library
from deqi.web.site.pages import words

PROTOCOL = "protocol:"


@contextmanager
def _looking() -> Iterator[None]:
    """What is not found is missing, not badly asked for."""
    try:
        yield
    except InputError as error:
        raise MissingError(str(error)) from None


@endpoint("GET", "report/{topic}", Report)
def report_on(asked: ReportQuery, topic: str) -> Report:
    """Benefits and risks for a topic."""
    with _looking():
        look_up.topic(library(), topic)
    return report(library(), ReportRequest(day_of(asked.as_of), topic, asked.sessions))


@endpoint("GET", "points", PointsDocument)
def points(asked: PointsQuery) -> PointsDocument:
    """Every point, or those of a name or a nerve."""
    with _looking():
        return PointsDocument(knowledge=library().edition, points=look_up.points(library(), asked.q, asked.near))


@endpoint("GET", "points/{code}", PointsDocument)
def point(asked: Asked, code: str) -> PointsDocument:
    """One point; several where a name means several."""
    with _looking():
        return PointsDocument(knowledge=library().edition, points=look_up.points(library(), code))


@endpoint("GET", "sources/{name}", SourceDocument)
def source(asked: Asked, name: str) -> SourceDocument:
    """One work, and what rests on it."""
    with _looking():
        found = look_up.source(library(), name)
    return SourceDocument(knowledge=library().edition, source=found.source, cited_by=found.cited_by)


@endpoint("POST", "pool", PoolDocument)
def pool_of(asked: PoolBody) -> dict[str, Any]:
    """A meta-analysis of a table of studies."""
    return _pooled(asked).as_json()


@endpoint("POST", "pool/{figure}", FigureDocument)
def figure_of(asked: FigureBody, figure: str) -> FigureDocument:
    """A figure of a meta-analysis."""
    if figure not in pooling.figures():
        raise MissingError(words("pool.figures.unknown", {"known": ", ".join(pooling.figures())}))
    found = _pooled(asked, (figure,))
    return FigureDocument(figure=figure, svg=svg(figure, found, asked.favours or ""))


@endpoint("POST", "network", NetworkDocument)
def network_of(asked: NetworkBody) -> dict[str, Any]:
    """Several treatments compared at once."""
    return _compared(asked).as_json()


@endpoint("POST", "network/{drawing}", FigureDocument)
def drawing_of(asked: NetworkBody, drawing: str) -> FigureDocument:
    """A figure of a network."""
    if drawing not in DRAWINGS:
        raise MissingError(words("pool.figures.unknown", {"known": ", ".join(DRAWINGS)}))
    return FigureDocument(figure=drawing, svg=drawn(drawing, _compared(asked)))


def _compared(asked: NetworkBody) -> NetworkTable:
    given = {name: getattr(asked, name) for name in asked.__struct_fields__ if name != "table"}
    return network(NetworkRequest(table_of(asked.table), **given, served=True))


def _pooled(asked: PoolBody, figures: tuple[str, ...] = ()) -> PooledTable:
    wanted = PoolRequest(
        table_of(asked.table),
        measure=asked.measure,
        method=asked.method,
        test=asked.test,
        level=asked.level,
        by=asked.by,
        moderators=asked.moderators,
        model=asked.model,
        glmm=asked.glmm,
        also=pooling.with_checks_of(figures, asked.also),
        order=asked.order,
        permutations=asked.permutations,
        seed=asked.seed,
        scale=asked.scale,
        served=True,
    )
    return pool(wanted)


@endpoint("POST", "assess", AssessmentDocument)
def assessment(asked: AssessBody) -> AssessmentDocument:
    """May this person be needled, and what must be left out?"""
    day = day_of(asked.as_of)
    return assess(library(), AssessRequest(_person(asked, day).person, day)).document


@endpoint("POST", "plan", AssessmentDocument)
def plan(asked: PlanBody) -> AssessmentDocument:
    """The same with every needling of a plan."""
    day = day_of(asked.as_of)
    return assess(library(), AssessRequest(_person(asked, day).person, day, _plan(asked.plan))).document


@endpoint("GET", "openapi.json", dict[str, Any])
def openapi(asked: Asked) -> dict[str, Any]:
    """This description."""
    return document()


def _person(asked: AssessBody | PlanBody, day: dt.date) -> OnePerson:
    answers = None if asked.answers is None else _bytes(asked.answers)
    return read.person(_bytes(asked.person), library(), day, answers, read_on=today())


def _plan(written: Document) -> Plan:
    """A plan that was sent. A path is none: what stands on this machine is nobody's to read."""
    if isinstance(written, str) and written.startswith(PROTOCOL):
        return read.plan(written, library())
    return read.plan(_bytes(written), library())


def _bytes(written: Document) -> bytes:
    """A document as the bytes of a file."""
    return written.encode("utf-8", "replace") if isinstance(written, str) else msgspec.json.encode(written)
