"""The files of an OMOP folder: which tables are there, and how their columns are read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from deqi.errors import InputError
from deqi.people.facts import Origin
from deqi.people.files.source import blocks, entries, is_folder, sql_path

NEEDED = ("person", "concept")
TABLES = frozenset(
    {
        *NEEDED, "condition_occurrence", "drug_exposure", "procedure_occurrence", "device_exposure", "measurement",
        "observation", "death", "concept_ancestor",
    }
)  # fmt: skip
_LONGEST_HEADER = 2**16
_ENDINGS = (".csv", ".csv.gz", ".parquet")


def is_omop(folder: Path) -> bool:
    """Whether a folder holds OMOP's ``person`` table."""
    return is_folder(folder) and "person" in _tables(folder)


def _tables(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in entries(folder):
        name = path.name.casefold()
        for ending in _ENDINGS:
            if name.endswith(ending) and name.removesuffix(ending) in TABLES:
                found.setdefault(name.removesuffix(ending), []).append(path)
    return found


class OmopFiles:
    """The tables of a folder as sources for queries. CSV is read as text, so that a wrong type can be told."""

    def __init__(self, paths: dict[str, Path], columns: dict[str, frozenset[str]], readers: dict[str, str]) -> None:
        self._paths = paths
        self._columns = columns
        self._readers = readers
        self._lined: dict[str, bool] = {}

    def __contains__(self, table: str) -> bool:
        return table in self._paths

    def name(self, table: str) -> str:
        """The file of a table."""
        return str(self._paths[table])

    def source(self, table: str) -> str:
        """The table in a query."""
        return f"{self._readers[table]} AS {table}"

    def column(self, table: str, name: str) -> str:
        """A column in a query; null where the table does not have it."""
        return f'{table}."{name}"' if name in self._columns.get(table, ()) else "CAST(NULL AS VARCHAR)"

    def origin(self, table: str, row: int, key: str, connection: duckdb.DuckDBPyConnection) -> Origin:
        """Where a row (from 0) stands: its line too, where each row of a CSV is one line."""
        if table not in self._lined:
            path = self._paths[table]
            rows = connection.execute(f"SELECT count(*) FROM {self._readers[table]}").fetchone()
            # Blank lines and line breaks within a cell only ever make more lines than rows.
            self._lined[table] = _form(path) == "CSV" and rows is not None and _lines(path) == rows[0] + 1
        return Origin(self.name(table), row + 2 if self._lined[table] else None, "", key)


def open_folder(folder: Path, connection: duckdb.DuckDBPyConnection) -> OmopFiles:
    """Find the tables.

    Raises:
        InputError: a table that has to be there is not, or a file that is not what its name says.
    """
    found = _tables(folder)
    for table in NEEDED:
        if table not in found:
            raise InputError(f"{folder}: no table {table}; an OMOP folder needs {table}.csv or {table}.parquet")
    for table, files in found.items():
        if len(files) > 1:
            names = " and ".join(one.name for one in files)
            raise InputError(f"{folder}: the table {table} stands in {names}; leave the one that counts")
    for path in entries(folder):
        if path.name.casefold().partition(".")[0] in TABLES and not path.name.casefold().endswith(_ENDINGS):
            raise InputError(f"{path}: a table in a form that is not read; give it as CSV or Parquet, or remove it")
    paths = {table: files[0] for table, files in found.items()}
    columns: dict[str, frozenset[str]] = {}
    readers: dict[str, str] = {}
    for table, path in paths.items():
        _check_packed(path)
        readers[table] = _reader(path)
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {readers[table]}").fetchall()
        except duckdb.Error:
            raise InputError(f"{path}: cannot be read as {_form(path)}; export the table again") from None
        columns[table] = frozenset(str(row[0]).casefold() for row in described)
        if "person_id" not in columns[table] and not table.startswith("concept"):
            raise InputError(f"{path}: no column person_id; export it with the names of OMOP CDM 5.4")
    return OmopFiles(paths, columns, readers)


def _form(path: Path) -> str:
    return "Parquet" if path.name.casefold().endswith(".parquet") else "CSV"


def _reader(path: Path) -> str:
    written = sql_path(path)
    if _form(path) == "Parquet":
        return f"read_parquet('{written}', hive_partitioning = false)"
    header = _header(path)
    # Vocabularies are handed out with tabs, and quotation marks in them mean nothing.
    how = "delim = '\t', quote = '', escape = ''" if "\t" in header else "delim = ',', quote = '\"', escape = '\"'"
    return f"read_csv('{written}', header = true, all_varchar = true, hive_partitioning = false, {how})"


def _check_packed(path: Path) -> None:
    """Unpack a packed file once, keeping nothing: DuckDB looks neither at how much it grows nor at its check sum."""
    if path.name.casefold().endswith(".gz"):
        for _ in blocks(path):
            pass


def _lines(path: Path) -> int:
    count, last = 0, b""
    for piece in blocks(path):
        count, last = count + piece.count(b"\n"), piece
    return count + (not last.endswith(b"\n"))


def _header(path: Path) -> str:
    """The first line, in UTF-8."""
    try:
        return next(blocks(path), b"").partition(b"\n")[0][:_LONGEST_HEADER].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: cannot be read; give a CSV file in UTF-8") from None


def whole_of(column: str) -> str:
    """A whole number; null where it is none. A cast alone would round 1.5 to the number of somebody else."""
    return (
        f"CASE WHEN TRY_CAST({column} AS BIGINT) = TRY_CAST({column} AS DOUBLE) THEN TRY_CAST({column} AS BIGINT) END"
    )


def text_of(column: str) -> str:
    """A text; empty where there is none."""
    return f"coalesce(CAST({column} AS VARCHAR), '')"


def date_of(column: str) -> str:
    """A date with or without hyphens; null where it is none."""
    written = f"CAST({column} AS VARCHAR)"
    read = f"coalesce(TRY_CAST({written} AS DATE), CAST(try_strptime({written}, '%Y%m%d') AS DATE))"
    return f"CASE WHEN isfinite({read}) THEN {read} END"


def quoted(text: str) -> str:
    """Text to stand between the quotation marks of SQL."""
    return text.replace("'", "''")
