"""Runs the notebooks of metafit and keeps what they print; `python -m docs.notebooks` writes it into them.

A cell's output is what it prints, and of its last expression the HTML, the figure or the text, as a notebook shows it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "metafit" / "notebooks"


def executed(path: Path) -> dict[str, Any]:
    """A notebook with its outputs made anew."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    space: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = _run("".join(cell["source"]), space, count)
    return notebook


def _run(source: str, space: dict[str, Any], count: int) -> list[dict[str, Any]]:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), space)  # our own notebooks
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last is not None else None
    found: list[dict[str, Any]] = []
    if printed.getvalue():
        found.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(True)})
    if value is not None:
        found.append({"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": _data(value)})
    return found


def _data(value: Any) -> dict[str, list[str]]:
    data = {"text/plain": str(value) if hasattr(value, "_repr_pretty_") else repr(value)}
    for kind, method in (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_")):
        if hasattr(value, method):
            data[kind] = getattr(value, method)()
    return {kind: text.splitlines(True) for kind, text in data.items()}


def written(notebook: dict[str, Any]) -> str:
    """A notebook as its file holds it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Run every notebook and write what it gives."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        path.write_text(written(executed(path)), encoding="utf-8")


if __name__ == "__main__":
    main()
