"""What became of a run of conformance cases."""

from __future__ import annotations

from collections.abc import Mapping

from deqi.report.blocks import Page, Section, say, sheet
from deqi.safety.cases.run import CasesReport


def cases_page(report: CasesReport, knowledge: str, words: Mapping[str, str]) -> Page:
    """Every disagreement, and how many cases agree."""
    lines = [
        f"{one.case} ({one.author}): {one.what}: expected {one.expected}, found {one.found}"
        for one in report.disagreements
    ]
    lines.append(f"{report.agree}/{report.cases} cases agree, knowledge {knowledge}")
    return sheet("", words, Section("cases", "", lead=tuple(say(line) for line in lines)))
