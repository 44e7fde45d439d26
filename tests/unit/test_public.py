"""The public names: few, all there, and free until used."""

import doctest
import subprocess
import sys

import pytest

import deqi


def test_at_most_20_names_and_each_is_there() -> None:
    assert len(deqi.__all__) <= 20
    for name in deqi.__all__:
        assert getattr(deqi, name) is not None


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(AttributeError, match="read_person"):
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
