"""Files and tests that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PATH = re.compile(r"`((?:tests|src|docs|examples|benchmarks)/[\w./-]+)`")
_MODULE = re.compile(r"`((?:knowledge|evidence|people|safety|screening|report|api|cli)/[\w/]+\.py)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_named_paths_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    missing += [path for path in _MODULE.findall(text) if not (ROOT / "src" / "deqi" / path).exists()]
    missing += [path for path in _LINK.findall(text) if not (page.parent / path.strip()).exists()]
    assert missing == []
