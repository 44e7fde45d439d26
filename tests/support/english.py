"""English that stands in code: literals of several words outside errors, docstrings and the help of options."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
_WORDS = re.compile(r"[A-Za-z]{2,}(?:['’-][a-z]+)?")
_SQL = re.compile(
    r"\b(?:SELECT|CASE|WHEN|FROM|WHERE|CREATE|INSERT|UPDATE|DELETE|JOIN|USING|GROUP BY|ORDER BY|COPY|WITH|AND|OR|AS"
    r"|IS NULL)\b"
)
_MARKUP = re.compile(r"[{}<>]|^\s*[#.@\w-]+\s*:\s*\S+;?\s*$")
TEXTS = SOURCE / "metafit" / "text.py"
"""Where metafit, which reads no files, has its words by key."""
FEWEST = 3
"""So many words in a row make English; fewer are names."""
_ERROR = re.compile(r"^_?[A-Z]\w*Error$|^(ImproperlyConfigured|Stopped)$")
"""The names of what is raised."""
_ELSEWHERE = {"compile", "Option", "Argument", "Typer"}
"""Calls whose words are patterns or the help of options."""
_QUOTED = re.compile(r"'([^']*)'")
"""Text inside SQL."""


def english(text: str) -> bool:
    """Whether a literal is words for people: three words in a row, most of them lower case; of SQL, what is quoted."""
    if _SQL.search(text):
        return any(map(english, _QUOTED.findall(text)))
    words = _WORDS.findall(re.sub(r"https?://\S+", " ", text))
    joined = re.search(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}", text)
    return len(words) >= FEWEST and joined is not None


def in_code(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each English literal of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)  # docstrings, of attributes too
        elif _elsewhere(node):
            skipped.update(ast.walk(node))
        for body in (getattr(node, name, None) for name in ("body", "orelse")):
            if isinstance(body, list) and body and isinstance(body[-1], ast.Raise):
                skipped.update(part for statement in body for part in ast.walk(statement))  # words of that error
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - skipped
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else " x "
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            text = node.value
        else:
            continue
        if english(text):
            yield node.lineno, text


def _elsewhere(node: ast.AST) -> bool:
    """Whether a node's words are errors that are raised, patterns, or the help of options."""
    if isinstance(node, ast.Call):
        return _called(node) in _ELSEWHERE or _ERROR.search(_called(node)) is not None
    return isinstance(node, ast.Raise)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def in_template(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each piece of English between the marks of a template."""
    marks = r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>|<!--.*?-->"
    text = re.sub(marks, _blank, path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for number, line in enumerate(re.sub(r"<[^>]*>", _blank, text).splitlines(), 1):
        if english(line):
            yield number, line.strip()


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())


@functools.cache
def by_room() -> Counter[str]:
    """English literals of each room of deqi, templates included; metafit is a room of its own."""
    return Counter(_room(path) for path, _, _ in every())


def every() -> Iterator[tuple[Path, int, str]]:
    """Path, line and text of every English literal."""
    for path in sorted(set(SOURCE.rglob("*.py")) - {TEXTS}):
        for line, text in in_code(path):
            yield path, line, text
    for path in sorted(SOURCE.rglob("*.j2")):
        for line, text in in_template(path):
            yield path, line, text


def listed(rooms: Iterable[str]) -> str:
    """The literals of some rooms, a line each."""
    wanted = [one for one in every() if _room(one[0]) in rooms]
    return "\n".join(f"{path.relative_to(SOURCE)}:{line}: {text[:100]!r}" for path, line, text in wanted)


def _room(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[1] if parts[0] == "deqi" and len(parts) > 2 else parts[0]
