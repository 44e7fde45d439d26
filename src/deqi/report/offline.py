"""The public pages as files that need no server: one HTML file a topic, and a first page that leads to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import jinja2

from deqi.knowledge import Knowledge
from deqi.report.assemble import assemble
from deqi.report.html import environment
from deqi.report.phrase import Phrases, capital
from deqi.report.surfaces import complete, render
from deqi.report.topics import topics

WIDTH = 100


def offline_files(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Names of files and what stands in each, as of the day of the edition."""
    as_of = dt.date.fromisoformat(knowledge.edition.released)
    every = topics(knowledge)
    for topic in every:
        made = complete(assemble(knowledge, topic, as_of), knowledge)
        yield f"{topic.name}.html", render(made, knowledge, "html", WIDTH)
    links = [(f"{topic.name}.html", capital(topic.plain_name)) for topic in every]
    yield "index.html", _first_page(links, knowledge, environment())


def _first_page(links: list[tuple[str, str]], knowledge: Knowledge, templates: jinja2.Environment) -> str:
    phrases = Phrases(knowledge.texts)
    edition = knowledge.edition
    dated = phrases.say("web.footer.edition", {"edition": edition.version, "released": edition.released})
    return templates.get_template("offline.html.j2").render(
        title=phrases.say("web.home.heading"),
        lead=phrases.say("web.home.lead"),
        notice=phrases.say("web.footer.notice"),
        dated=dated,
        links=links,
    )
