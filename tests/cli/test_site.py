"""The pages as files: whole, self-contained, and each reached from the first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deqi.knowledge import load
from deqi.report.topics import topics
from tests.cli.run import run


def test_every_topic_is_a_file_that_loads_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "site", "export", str(tmp_path / "pages"))
    assert done.code == 0, done.err
    written = {path.name for path in (tmp_path / "pages").iterdir()}
    assert written == {f"{one.name}.html" for one in topics(load())} | {"index.html"}
    first = (tmp_path / "pages" / "index.html").read_text("utf-8")
    assert set(re.findall(r'href="([^"]+)"', first)) == written - {"index.html"}
    for name in written:
        text = (tmp_path / "pages" / name).read_text("utf-8")
        assert "<script" not in text
        assert not re.search(r'(?:src|<link[^>]*href)="', text)
        assert load().edition.version in text


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    done = run(capsys, "site", "export", str(tmp_path / "file" / "below"))
    assert done.code == 2
    assert done.err.count("\n") == 1
