"""The public names: few, all there, and free until used."""

import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import deqi

ROOT = Path(__file__).parents[2]


def test_at_most_20_names_and_each_is_there() -> None:
    assert len(deqi.__all__) <= 20
    for name in deqi.__all__:
        assert getattr(deqi, name) is not None


def test_the_manual_names_every_public_name_and_no_other() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `deqi\.(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(deqi.__all__)


def test_the_manual_names_every_function_of_the_door() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for part in ("look_up", "read", "pages", "write", "asking"):
        module = importlib.import_module(f"deqi.api.{part}")
        functions = {
            name
            for name, one in vars(module).items()
            if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
        }
        line = next(line for line in page.splitlines() if line.startswith(f"- `{part}`"))
        assert set(re.findall(r"`(\w+)`", line)) - {part} == functions


def test_the_version_is_that_of_the_changelog() -> None:
    written = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert written is not None
    assert deqi.__version__ == written[1]


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "deqi", "-h"], capture_output=True, text=True, check=True)
    assert "assess" in done.stdout


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(AttributeError, match="Library"):
        deqi.Nonsense  # noqa: B018


def test_the_example_of_the_package_runs() -> None:
    assert doctest.testmod(deqi).failed == 0


def test_importing_deqi_imports_nothing_heavy() -> None:
    code = "import deqi, sys; print([m for m in ('numpy', 'scipy', 'yaml', 'typer', 'jinja2') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['deqi', '--help']\n"
        "from deqi.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'scipy', 'yaml', 'duckdb', 'ibis', 'jinja2', 'rich') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"
