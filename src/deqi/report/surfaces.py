"""One report, several ways to write it."""

from __future__ import annotations

import msgspec

from deqi.knowledge import Knowledge
from deqi.plain import escaped, harmless
from deqi.report.blocks import Page, every_say, every_section
from deqi.report.decision.decide import decide
from deqi.report.decision.parts import words_of
from deqi.report.decision.sheet import decision_sheet
from deqi.report.model import Report
from deqi.report.phrase import Phrases
from deqi.report.rows import with_rows
from deqi.report.sections import build_page
from deqi.report.text import as_text


def complete(report: Report, knowledge: Knowledge) -> Report:
    """The report with every row that its sentences and tables refer to."""
    phrases = Phrases(knowledge.texts)
    page = build_page(report, phrases)
    wanted = {ref for section in every_section(page.sections) for say in every_say(section) for ref in say.refs}
    if report.evidence is not None:
        sheet = decision_sheet(decide(knowledge, report), phrases)
        parts = (part for section in sheet.sections for part in section.parts)
        wanted |= {ref for say in (sheet.lead, *(one for part in parts for one in words_of(part))) for ref in say.refs}
    return with_rows(report, knowledge, frozenset(wanted))


def page_of(report: Report, knowledge: Knowledge) -> Page:
    """The page of a complete report."""
    return build_page(report, Phrases(knowledge.texts))


def render(report: Report, knowledge: Knowledge, output_format: str, width: int, *, trace: bool = False) -> str:
    """The report in a format: text, md, html, json, ris or bib."""
    report = complete(report, knowledge)
    if output_format == "json":
        return as_json(report)
    if output_format in ("ris", "bib"):
        from deqi.report.citations import as_bibtex, as_ris

        return as_ris(report.sources) if output_format == "ris" else as_bibtex(report.sources)
    return write_page(page_of(report, knowledge), output_format, width, trace=trace)


def write_page(page: Page, output_format: str, width: int, *, trace: bool = False) -> str:
    """A page in a format: text, md, html or json (its blocks)."""
    if output_format == "json":
        from deqi.report.page_json import as_json as page_as_json

        return page_as_json(page)
    if output_format == "html":
        from deqi.report.html import as_html

        return harmless(as_html(page))
    if output_format == "md":
        from deqi.report.markdown import as_markdown

        return harmless(as_markdown(page))
    return harmless(as_text(page, width, trace=trace))


def as_json(report: Report) -> str:
    """The report as JSON (schema: ``schemas/report.json``); a number that could not be estimated is null."""
    return escaped(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
