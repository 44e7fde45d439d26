"""What became of a run of conformance cases."""

from __future__ import annotations

from deqi.report.blocks import Page, Section, say, sheet
from deqi.report.phrase import Phrases, labels
from deqi.safety.cases.run import CasesReport


def cases_page(report: CasesReport, edition: str, phrases: Phrases) -> Page:
    """Every disagreement, and how many cases agree."""
    lines = [
        phrases.say(
            "cases.differ",
            {
                "case": one.case,
                "author": one.author,
                "what": one.what,
                "expected": one.expected,
                "found": one.found,
            },
        )
        for one in report.disagreements
    ]
    lines.append(phrases.say("cases.agree", {"agree": report.agree, "cases": report.cases, "edition": edition}))
    return sheet("", labels(phrases), Section("cases", "", lead=tuple(say(line) for line in lines)))
