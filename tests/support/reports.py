"""One knowledge and one page a topic for all tests of the report."""

from __future__ import annotations

import datetime as dt
import functools

from deqi.knowledge import load
from deqi.report.assemble import assemble
from deqi.report.blocks import Page
from deqi.report.model import Report
from deqi.report.surfaces import complete, page_of
from deqi.report.topics import topic_of, topics

AS_OF = dt.date(2026, 11, 24)
TOPICS = tuple(topic.name for topic in topics(load()))


@functools.cache
def report_on(name: str) -> Report:
    knowledge = load()
    return complete(assemble(knowledge, topic_of(knowledge, name), AS_OF), knowledge)


@functools.cache
def page_on(name: str) -> Page:
    return page_of(report_on(name), load())
