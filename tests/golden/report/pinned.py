"""The pinned reports. After a change that was looked at: ``python -m tests.golden.report.pinned`` writes them again."""

from __future__ import annotations

from pathlib import Path

from deqi.report.text import as_text
from tests.support.reports import comparison_of, page_on, summary_of

FOLDER = Path(__file__).parent


def pinned() -> dict[str, str]:
    """File name and text of each pinned report."""
    found = {
        f"{topic}.txt": as_text(page_on(topic), 80) for topic in ("neuropathy", "diabetic", "bells-palsy", "headache")
    }
    found["compare.txt"] = comparison_of(("diabetic", "chemotherapy-induced"), "text")
    found["summary.txt"] = summary_of("chemotherapy-induced", "text")
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pinned().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
