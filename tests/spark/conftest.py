"""One Spark for all tests of this folder. Without PySpark or Java they are skipped, and pytest says why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from deqi.screening.sql.spark import Spark

CORES = 2


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    pytest.importorskip("pyspark", reason="Spark is not installed: make test-spark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java: make test-spark needs Java 17")
    with pytest.MonkeyPatch.context() as patch:
        # A few hundred people are judged sooner than the thorough compiler of the Java machine has warmed up.
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with Spark(f"local[{CORES}]") as one:
            yield one
    assert not one.folder.exists()
