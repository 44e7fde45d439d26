"""The pinned reports. After a change that was looked at: ``python -m tests.golden.report.pinned`` writes them again."""

from __future__ import annotations

from pathlib import Path

from deqi.knowledge import load
from deqi.report.surfaces import render_comparison, render_summary
from deqi.report.text import as_text
from tests.support.reports import page_on, report_on

FOLDER = Path(__file__).parent


def pinned() -> dict[str, str]:
    """File name and text of each pinned report."""
    found = {
        f"{topic}.txt": as_text(page_on(topic), 80) for topic in ("neuropathy", "diabetic", "bells-palsy", "headache")
    }
    both = [report_on("diabetic"), report_on("chemotherapy-induced")]
    found["compare.txt"] = render_comparison(both, load(), "text", 80)
    found["summary.txt"] = render_summary(report_on("chemotherapy-induced"), load(), "text", 80)
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pinned().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
