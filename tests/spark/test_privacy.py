"""Nothing about a person is left behind by Spark, or told by it."""

from __future__ import annotations

import dataclasses
import stat

import duckdb
import pytest

from deqi.people.facts import Person
from deqi.screening.run import Runner
from deqi.screening.sql.columns import tables_of
from deqi.screening.sql.program import compile_rules
from deqi.screening.sql.spark import Spark
from deqi.screening.sql.writing import Step
from tests.support.engines import AS_OF, engine


def test_an_error_does_not_quote_the_record_and_leaves_nothing(spark: Spark, capfd: pytest.CaptureFixture[str]) -> None:
    program = compile_rules(engine().catalog, AS_OF, "spark")
    broken = dataclasses.replace(
        program, steps=(Step("results", "SELECT CAST(token AS INT) AS n FROM persons", passing=False),)
    )
    with duckdb.connect() as connection:
        runner = Runner(connection)
        runner.load(tables_of(engine().catalog, [Person(token="Amalie")], AS_OF))
        with pytest.raises(RuntimeError, match="in Spark") as raised:
            spark.run(runner, broken)
    assert "Amalie" not in str(raised.value)
    assert raised.value.__suppress_context__
    assert "Amalie" not in "".join(capfd.readouterr())
    assert list(spark.folder.glob("run-*")) == []


def test_the_folder_is_private(spark: Spark) -> None:
    assert stat.S_IMODE(spark.folder.stat().st_mode) == 0o700


def test_no_page_and_no_log_of_events(spark: Spark) -> None:
    context = spark._session.sparkContext
    assert context.uiWebUrl is None
    assert context.getConf().get("spark.eventLog.enabled") == "false"
