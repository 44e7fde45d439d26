"""Decision pages for tests: every topic with trials, made once."""

from __future__ import annotations

import datetime as dt
import functools

from deqi.knowledge import load
from deqi.report.assemble import assemble
from deqi.report.decision.decide import decide
from deqi.report.decision.html import decision_html
from deqi.report.decision.model import Decision
from deqi.report.decision.one_pager import OnePager, one_pager
from deqi.report.decision.parts import Sheet
from deqi.report.decision.sheet import decision_sheet
from deqi.report.phrase import Phrases
from deqi.report.topics import topic_of

TOPICS = (
    "neuropathy", "diabetic", "chemotherapy-induced", "hiv", "idiopathic", "mixed", "carpal-tunnel", "bells-palsy",
)  # fmt: skip
DAY = dt.date(2026, 11, 29)


@functools.cache
def decision(name: str) -> Decision:
    knowledge = load()
    return decide(knowledge, assemble(knowledge, topic_of(knowledge, name), DAY))


@functools.cache
def sheet(name: str) -> Sheet:
    return decision_sheet(decision(name), Phrases(load().texts))


@functools.cache
def page(name: str) -> str:
    return decision_html(sheet(name))


@functools.cache
def paper(name: str) -> OnePager:
    knowledge = load()
    return one_pager(decision(name), knowledge, Phrases(knowledge.texts))
