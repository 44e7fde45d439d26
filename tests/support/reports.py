"""One knowledge and one page a topic for all tests of the report."""

from __future__ import annotations

import datetime as dt
import functools

from deqi.knowledge import load
from deqi.report.assemble import assemble
from deqi.report.blocks import Page
from deqi.report.compare import compare_page
from deqi.report.model import Report
from deqi.report.phrase import Phrases
from deqi.report.summary import summary_page
from deqi.report.surfaces import complete, page_of, write_page
from deqi.report.topics import topic_of, topics

AS_OF = dt.date(2026, 11, 24)
TOPICS = tuple(topic.name for topic in topics(load()))


@functools.cache
def report_on(name: str) -> Report:
    knowledge = load()
    return complete(assemble(knowledge, topic_of(knowledge, name), AS_OF), knowledge)


def summary_of(name: str, output_format: str) -> str:
    """The summary of findings of a topic."""
    return write_page(summary_page(report_on(name), Phrases(load().texts)), output_format, 80)


def comparison_of(names: tuple[str, str], output_format: str) -> str:
    """Two topics side by side."""
    return write_page(compare_page([*map(report_on, names)], Phrases(load().texts)), output_format, 80)


@functools.cache
def page_on(name: str) -> Page:
    return page_of(report_on(name), load())
