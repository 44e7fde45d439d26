"""Running the compiled rules in Spark: the same program in its SQL, with Parquet files between the two engines.

Reading, counting and writing stay in DuckDB; Spark judges. No Python runs on the workers, and nothing is downloaded.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from deqi.errors import InputError
from deqi.screening.run import Runner
from deqi.screening.sql.program import RESULTS, Program
from deqi.writing import work_folder

INPUTS = ("persons", "facts", "answers")
"""The tables of the population that the program reads."""
JAVA = 17
"""The oldest Java that Spark 4 runs on."""

_TYPES = {"VARCHAR": "STRING", "VARCHAR[]": "ARRAY<STRING>", "TIMESTAMP": "TIMESTAMP_NTZ"}
"""DuckDB's types by Spark's names, where these are others."""

_SILENT = """\
appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
"""
"""Settings of a worker's log. Without an appender Spark would take them for none, and use its own."""

_LOCAL = re.compile(r"local(\[(\*|[1-9]\d*)\])?")
_CLUSTER = re.compile(r"spark://[^\s/,]+:\d+(,[^\s/,]+:\d+)*|yarn|k8s://\S+")

_CORE = {
    # The page of a running Spark and its log of events quote plans, paths and values.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    # A failed task's message quotes the record.
    "spark.log.level": "OFF",
    "spark.executor.syncLogLevel.enabled": "true",
    "spark.log.structuredLogging.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
}
_SQL = {
    # Instants have no zone here, and days long ago are as written.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    # The expressions are too large for code made of a whole stage to be worth its making.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    # Nobody reads the plans, and they are long.
    "spark.sql.maxPlanStringLength": "0",
}


class Spark:
    """A session to judge populations in; use it in a ``with``.

    ``master``: ``local``, ``local[2]``, ``spark://host:port``, ``yarn`` or ``k8s://...``. ``work``: a folder in which a
    private one is made and removed; with a cluster, one that this machine and all workers see under the same name.
    A ``session`` that is there already is used, in a scope of its own, and left running.

    Raises:
        InputError: PySpark or Java is missing, the master is none or cannot be reached, or the folder cannot be used.
    """

    def __init__(self, master: str = "local[*]", work: Path | None = None, session: Any = None) -> None:
        self.master = _checked(master)
        self.local = _LOCAL.fullmatch(master) is not None
        if work is None and not self.local and session is None:
            raise InputError(
                f"--work: name a folder that this machine and all workers of {master} see under the same name."
            )
        self._session = session
        self._own = session is None
        self._open = contextlib.ExitStack()
        try:
            self.folder = self._open.enter_context(work_folder(work))
        except InputError as error:
            raise InputError(f"--work: {error}") from None

    def __enter__(self) -> Spark:
        try:
            session = self._session or _start(self.master, self._places())
            # A scope of its own: neither the views nor the settings touch anybody else's.
            self._started, self._session = session, session.newSession()
        except BaseException:
            self._remove()
            raise
        for name, value in _SQL.items():
            self._session.conf.set(name, value)
        if self.local:
            cores = self._session.sparkContext.defaultParallelism
            self._session.conf.set("spark.sql.shuffle.partitions", str(cores))
            self._session.conf.set("spark.sql.adaptive.enabled", "false")
        return self

    def _places(self) -> dict[str, str]:
        """Where a session of our own keeps things, and the silence of the workers' logs."""
        if self.local:
            return {
                "spark.local.dir": str(self.folder / "spill"),
                "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.driver.host": "127.0.0.1",
                "spark.driver.memory": "2g",
            }
        logging = self.folder / "log4j2.properties"
        logging.write_text(_SILENT)
        return {"spark.executor.extraJavaOptions": f"-Dlog4j2.configurationFile={_address(logging)}"}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._own:
                with contextlib.suppress(Exception), _quiet():
                    self._started.stop()
        finally:
            self._remove()

    def _remove(self) -> None:
        self._open.close()

    def run(self, runner: Runner, program: Program) -> None:
        """Judge the population that a runner holds; gives it the result tables.

        ``program`` is one compiled for the dialect ``spark``.

        Raises:
            InputError: the work folder is not the same for all machines.
            RuntimeError: Spark failed. Its own message is not passed on: it quotes the records.
        """
        inside = Path(tempfile.mkdtemp(prefix="run-", dir=self.folder))
        try:
            given = {name: _store(runner, name, inside) for name in (*INPUTS, *runner.prepare(program))}
            try:
                with _speechless():
                    self._judge(program, inside, given)
            except Exception as error:
                raise self._named(error) from None
            for name in RESULTS:
                self._ingest(runner, name, inside / name)
        finally:
            shutil.rmtree(inside, ignore_errors=True)

    def _judge(self, program: Program, inside: Path, given: dict[str, str]) -> None:
        session = self._session
        for name, schema in given.items():
            place = inside / f"{name}.parquet"
            session.read.schema(schema).parquet(_address(place)).createOrReplaceTempView(name)
        passed = ""
        for step in program.steps:
            made = session.sql(step.sql)
            place = inside / step.name
            made.write.parquet(_address(place))
            # Read back from where it was written: plans that are stacked on plans grow beyond bounds.
            session.read.schema(made.schema).parquet(_address(place)).createOrReplaceTempView(step.name)
            if passed:
                shutil.rmtree(inside / passed, ignore_errors=True)
            passed = step.name if step.passing else ""

    def _ingest(self, runner: Runner, name: str, place: Path) -> None:
        """Put a table that Spark wrote among the runner's."""
        if not any(place.glob("*.parquet")):
            raise self._apart()
        runner.connection.execute(f"DROP TABLE IF EXISTS {name}")
        runner.connection.execute(
            f"CREATE TABLE {name} AS FROM read_parquet('{_quoted(place)}/*.parquet', hive_partitioning = false)"
        )

    def _named(self, error: Exception) -> Exception:
        """What can be said of an error of Spark's without its message, which quotes the records."""
        condition = getattr(error, "getCondition", lambda: None)()
        if not isinstance(condition, str) or not re.fullmatch(r"[A-Z][A-Z0-9_.]*", condition):
            condition = type(error).__name__
        if condition.startswith("FAILED_READ_FILE") and not self.local:
            return self._apart()
        return RuntimeError(f"the compiled rules could not be run in Spark ({condition})")

    def _apart(self) -> InputError:
        return InputError(
            f"--work: the workers of {self.master} and this machine do not see the same files in it; name a folder "
            "that all of them see under the same name."
        )


def _store(runner: Runner, name: str, folder: Path) -> str:
    """Write a table of the runner's for Spark; gives its schema in Spark's words."""
    target = _quoted(folder / f"{name}.parquet")
    runner.connection.execute(f"COPY {name} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    columns = runner.rows(f"SELECT column_name, column_type FROM (DESCRIBE {name})")
    return ", ".join(f"`{column}` {_TYPES.get(kind, kind)}" for column, kind in columns)


def _address(path: Path) -> str:
    """The folder itself, whatever file system the cluster takes for its own."""
    return path.resolve().as_uri()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _checked(master: str) -> str:
    if _LOCAL.fullmatch(master) or _CLUSTER.fullmatch(master):
        return master
    raise InputError(
        "--master: not a master of Spark; write it as local[2], spark://host:7077, yarn or k8s://https://host:443."
    )


def _start(master: str, settings: dict[str, str]) -> Any:
    """A new session with these settings beside those that every one has."""
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("--engine spark needs the package pyspark; install deqi[spark].") from None
    _check_java()
    active = SparkContext._active_spark_context
    if active is not None:
        raise InputError("a Spark session is running already; pass it to deqi, or stop it first.")
    building = SparkSession.builder.master(master).appName("deqi")
    for name, value in (_CORE | settings).items():
        building = building.config(name, value)
    try:
        with _quiet():
            return building.getOrCreate()
    except Exception:
        raise InputError(
            f"--master: Spark did not start on {master}; see that it can be reached from here, and that it is of the "
            "same version as the package pyspark."
        ) from None


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    if java is None:
        where = f"there is none in JAVA_HOME, {home}" if home else "none was found"
        raise InputError(f"--engine spark needs Java {JAVA} or newer, and {where}; set JAVA_HOME to its folder.")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        raise InputError(
            f"--engine spark needs Java {JAVA} or newer, and {java} is not; set JAVA_HOME to the folder of one."
        )


@contextlib.contextmanager
def _speechless() -> Iterator[None]:
    """PySpark writes the message of every error it raises to the terminal; here it must not."""
    from pyspark.logger import PySparkLogger

    loggers = [PySparkLogger.getLogger(f"{name}QueryContextLogger") for name in ("SQL", "DataFrame")]
    before = [one.disabled for one in loggers]
    for one in loggers:
        one.disabled = True
    try:
        yield
    finally:
        for one, was in zip(loggers, before, strict=True):
            one.disabled = was


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on the terminal. A Java machine started meanwhile keeps to that for good: it may quote a record."""
    kept = [os.dup(one) for one in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for one in (1, 2):
            os.dup2(nowhere, one)
        yield
    finally:
        os.close(nowhere)
        for one, old in zip((1, 2), kept, strict=True):
            os.dup2(old, one)
            os.close(old)
