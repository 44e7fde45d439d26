"""The other pages: comparison, summary of findings, citations, PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deqi.errors import InputError
from deqi.knowledge import Knowledge
from deqi.report import pdf
from deqi.report.citations import as_bibtex, as_ris
from deqi.report.html import as_html
from deqi.report.surfaces import render
from tests.support.reports import comparison_of, page_on, report_on, summary_of
from tests.unit.report.test_html import Reader


def test_two_conditions_side_by_side() -> None:
    both = ("diabetic", "chemotherapy-induced")
    text = comparison_of(both, "text")
    assert all(len(line) <= 80 for line in text.splitlines())
    words = " ".join(text.split())
    assert "Nerve damage from diabetes: We cannot tell if real needles help more" in words
    assert "RR 1.25 (0.90 to 1.75)" in words and "favour" not in words
    reader = Reader()
    reader.feed(comparison_of(both, "html"))
    assert reader.faults == []


def test_the_summary_of_findings() -> None:
    text = " ".join(summary_of("diabetic", "text").split())
    assert "v a medicine or vitamins" in text and "RR 1.25 (0.90 to 1.75)" in text
    assert "Certainty: very low [" in text and "risk of bias (down 2)" in text
    assert "A serious side effect" in text and "Headache" not in text
    notes = set(re.findall(r"\[(\d+)\]", text))
    assert notes and all(f"{note}: risk of bias" in text for note in notes)
    html = summary_of("diabetic", "html")
    assert "<nav" not in html and html.count("<caption>") == 2


def test_citations() -> None:
    sources = report_on("diabetic").sources
    works = [one for one in sources if one.kind != "default"]
    ris, bib = as_ris(sources), as_bibtex(sources)
    assert ris.count("TY  - ") == ris.count("ER  - ") == len(works) == len(re.findall(r"^@", bib, re.M))
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*|", line) for line in ris.splitlines())
    named = next(one for one in works if one.doi)
    assert f"DO  - {named.doi}" in ris
    for entry in bib.split("\n\n"):
        assert entry.count("{") == entry.count("}")
        assert not re.search(r"(?<!\\)[&%$#]", re.sub(r"url = .*", "", entry))


def test_every_source_is_cited_once_in_json_and_in_html(knowledge: Knowledge) -> None:
    html = as_html(page_on("hiv"))
    for source in report_on("hiv").sources:
        assert html.count(f'id="source-{source.source}"') == 1
    assert render(report_on("hiv"), knowledge, "ris", 80).startswith("TY  - ")


def test_a_pdf_without_a_browser_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="no browser found"):
        pdf.write_pdf("<p>", tmp_path / "a.pdf")


def test_a_browser_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("browser", 1)

    monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(InputError, match="could not print"):
        pdf.write_pdf("<p>", tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_pdf_about_a_person_is_for_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def prints(browser: str, page: Path, printed: Path, folder: Path) -> None:
        printed.write_bytes(b"%PDF")

    monkeypatch.setattr(shutil, "which", lambda name: "/bin/true")
    monkeypatch.setattr(pdf, "_print", prints)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"older, and open to everybody")
    path.chmod(0o644)
    pdf.write_pdf("<p>", path, private=True)
    assert path.read_bytes() == b"%PDF" and path.stat().st_mode & 0o777 == 0o600
