"""Files and tests that the documents name exist."""

import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PATH = re.compile(r"`((?:tests|src|docs|examples|benchmarks)/[\w./-]+)`")
_MODULE = re.compile(r"`((?:knowledge|evidence|people|safety|screening|report|api|cli)/[\w/]+\.py)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += [
    ROOT / "src" / "metafit" / "README.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_named_paths_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    missing += [path for path in _MODULE.findall(text) if not (ROOT / "src" / "deqi" / path).exists()]
    missing += [path for path in _LINK.findall(text) if not (page.parent / path.strip()).exists()]
    assert missing == []


def places(text: str) -> set[str]:
    """The places that the headings of a page make, as the hosts of repositories name them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.MULTILINE):
        place = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.add(
            next(
                one
                for one in itertools.chain([place], (f"{place}-{n}" for n in itertools.count(1)))
                if one not in found
            )
        )
    return found


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_named_places_of_pages_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = []
    for file, place in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text):
        target = page.parent / file if file else page
        if target.suffix == ".md" and place not in places(target.read_text(encoding="utf-8")):
            missing.append(f"{file}#{place}")
    assert missing == []
