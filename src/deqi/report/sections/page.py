"""The order of the page: help, harm, may I, what else, what to ask, how sure; then how it may work, and claims."""

from __future__ import annotations

from deqi.report.blocks import Page, Section
from deqi.report.model import Report
from deqi.report.phrase import Phrases, labels
from deqi.report.sections.benefits import benefit_section
from deqi.report.sections.harms import harm_section
from deqi.report.sections.opening import opening_section
from deqi.report.sections.others import (
    about_section,
    claims_section,
    else_section,
    practical_section,
    rules_section,
    uses_section,
)
from deqi.report.sections.personal import personal_section
from deqi.report.sections.sure import sure_section, unknown_section
from deqi.report.sections.tail import rows_section, sources_section


def build_page(report: Report, phrases: Phrases) -> Page:
    """The page of a report. Benefit and harm stand one after the other and at the same depth."""
    sections: list[Section | None] = [
        opening_section(report, phrases),
        personal_section(report, phrases),
        benefit_section(report, phrases),
        harm_section(report, phrases),
        rules_section(report, phrases),
        else_section(report, phrases),
        practical_section(report, phrases),
        sure_section(report, phrases),
        unknown_section(report, phrases),
        about_section(report, phrases),
        uses_section(report, phrases),
        claims_section(report, phrases),
        rows_section(report, phrases),
        sources_section(report, phrases),
    ]
    return Page(
        title=phrases.say("title", {"condition": report.topic.clinical_name}),
        dated=phrases.say("dated", {"as_of": report.as_of.isoformat(), "edition": report.edition}),
        notice=phrases.say("notice"),
        labels=labels(phrases),
        sections=tuple(section for section in sections if section is not None),
    )
