"""What ``deqi screen --engine spark`` refuses, in one sentence; none of it starts Spark."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from deqi.errors import InputError
from deqi.screening.sql.spark import Spark
from tests.cli.run import run


@pytest.mark.parametrize("master", ["here", "local[0]", "local[2", "spark://host", "spark://host:7077/", "mesos://a:1"])
def test_a_wrong_master(master: str) -> None:
    with pytest.raises(InputError, match=r"^--master: not a master of Spark; write it as local\[2\]"):
        Spark(master)


@pytest.mark.parametrize("master", ["spark://host:7077", "spark://a:7077,b:7077", "yarn", "k8s://https://host:443"])
def test_a_cluster_needs_a_folder_that_all_see(master: str) -> None:
    with pytest.raises(InputError, match=r"^--work: name a folder that this machine and all workers"):
        Spark(master)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^--work: .*: no folder can be made there"):
        Spark("yarn", tmp_path / "nothing")


def test_without_pyspark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(InputError, match=r"install deqi\[spark\]"), Spark("local", tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", [None, 'openjdk version "11.0.2" 2019-01-15', 'java version "1.8.0_281"'])
def test_without_a_java_that_will_do(said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyspark", "pyspark.sql"):
        module = types.ModuleType(name)
        module.SparkContext = module.SparkSession = object  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    if said is not None:
        java = tmp_path / "bin" / "java"
        java.parent.mkdir()
        java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        java.chmod(0o700)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"needs Java 17 or newer.*JAVA_HOME"), Spark("local"):
        pass


@pytest.mark.parametrize("option", ["--master", "--work"])
def test_options_of_spark_without_it(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "screen", str(tmp_path), option, "local")
    assert ran.code == 2
    assert f"{option}: DuckDB has none; add --engine spark." in ran.err
