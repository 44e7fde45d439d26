"""Names that are given and never used, and columns of the knowledge that no code names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


def given(tree: ast.Module) -> Iterator[str]:
    """The functions, methods and classes of a module, and the names at its head."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
    for statement in tree.body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def used(tree: ast.Module) -> Iterator[str]:
    """Every name that a module reads: names, attributes, and words in text that name one (``getattr``, ``__all__``)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w.:]+", node.value):
            yield from re.split(r"[.:]", node.value)


def unused() -> set[str]:
    """``module name`` of what is given in ``src`` and read nowhere in it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")}
    read = Counter(name for tree in trees.values() for name in used(tree))
    templates = Counter(
        word for path in SOURCE.rglob("*.j2") for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    )
    return {
        f"{path.relative_to(SOURCE).as_posix()} {name}"
        for path, tree in trees.items()
        for name in given(tree)
        if not read[name] and not templates[name] and not (name.startswith("__") and name.endswith("__"))
    }


def columns_read(*, apart: tuple[str, ...]) -> set[str]:
    """Every name of an attribute, or in text, that code and templates read outside some folders of ``src/deqi``."""
    found: set[str] = set()
    for path in (SOURCE / "deqi").rglob("*.py"):
        if not path.relative_to(SOURCE / "deqi").as_posix().startswith(apart):
            found.update(
                node.attr
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute)
            )
    for path in (SOURCE / "deqi").rglob("*.j2"):
        found.update(re.findall(r"\.(\w+)", path.read_text(encoding="utf-8")))
    return found
