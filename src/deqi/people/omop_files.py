"""The files of an OMOP folder: which tables are there, and how their columns are read."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb

from deqi.errors import InputError
from deqi.people.source import sql_path

NEEDED = ("person", "concept")
TABLES = frozenset(
    {
        *NEEDED, "condition_occurrence", "drug_exposure", "procedure_occurrence", "device_exposure", "measurement",
        "observation", "death", "concept_ancestor",
    }
)  # fmt: skip
_ENDINGS = (".csv", ".csv.gz", ".parquet")


def is_omop(folder: Path) -> bool:
    """Whether a folder holds OMOP's ``person`` table."""
    return folder.is_dir() and "person" in _tables(folder)


def _tables(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.casefold()
        for ending in _ENDINGS:
            if name.endswith(ending) and name.removesuffix(ending) in TABLES:
                found.setdefault(name.removesuffix(ending), path)
    return found


class OmopFiles:
    """The tables of a folder as sources for queries. CSV is read as text, so that a wrong type can be told."""

    def __init__(self, paths: dict[str, Path], columns: dict[str, frozenset[str]], readers: dict[str, str]) -> None:
        self._paths = paths
        self._columns = columns
        self._readers = readers

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


def open_folder(folder: Path, connection: duckdb.DuckDBPyConnection) -> OmopFiles:
    """Find the tables.

    Raises:
        InputError: a table that has to be there is not, or a file that is not what its name says.
    """
    paths = _tables(folder)
    for table in NEEDED:
        if table not in paths:
            raise InputError(f"{folder}: no table {table}; an OMOP folder needs {table}.csv or {table}.parquet")
    columns: dict[str, frozenset[str]] = {}
    readers: dict[str, str] = {}
    for table, path in paths.items():
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
        return f"read_parquet('{written}')"
    header = _header(path)
    # Vocabularies are handed out with tabs, and quotation marks in them mean nothing.
    how = "delim = '\t', quote = '', escape = ''" if "\t" in header else "delim = ',', quote = '\"', escape = '\"'"
    return f"read_csv('{written}', header = true, all_varchar = true, {how})"


def _header(path: Path) -> str:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return file.readline()
    except (OSError, UnicodeDecodeError, EOFError):
        raise InputError(f"{path}: cannot be read; give a CSV file in UTF-8") from None
