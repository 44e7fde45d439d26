"""One report, several ways to write it."""

from __future__ import annotations

import msgspec

from deqi.knowledge import Knowledge
from deqi.report.model import Report
from deqi.report.phrase import Phrases
from deqi.report.text import as_text


def render(report: Report, knowledge: Knowledge, output_format: str, width: int) -> str:
    """The report in a format: text, md, html or json."""
    phrases = Phrases(knowledge.texts)
    if output_format == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    if output_format == "text":
        return as_text(report, phrases, width)
    if output_format == "html":
        from deqi.report.html import as_html

        return as_html(report, phrases)
    from deqi.report.markdown import as_markdown

    return as_markdown(report, phrases)
