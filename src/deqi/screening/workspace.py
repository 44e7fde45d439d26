"""A private place to work in: a DuckDB that spills to a folder of its own, which is removed at the end."""

from __future__ import annotations

import contextlib
from types import TracebackType

import duckdb

from deqi.errors import InputError
from deqi.writing import work_folder

MEMORY = "2GB"
"""Memory that DuckDB may take before it spills to disk."""


class Workspace:
    """Use it in a ``with``. DuckDB's own errors never leave it: they quote the records."""

    def __init__(self, memory: str = MEMORY, threads: int | None = None) -> None:
        self._open = contextlib.ExitStack()
        self.folder = self._open.enter_context(work_folder())
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": str(self.folder / "spill"),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
        }
        if threads is not None:
            config["threads"] = str(threads)
        try:
            self.connection = duckdb.connect(":memory:", config=config)
            # Of a connection, not of the database: DuckDB refuses it above.
            self.connection.execute("SET enable_progress_bar = false")
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        self._open.close()
        if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
            raise InputError(
                "the population does not fit: DuckDB ran out of memory or of room on the disk; "
                "give it more with --memory, or point TMPDIR to a larger disk."
            ) from None
        if isinstance(error, duckdb.Error):
            raise RuntimeError(f"the compiled rules could not be run ({type(error).__name__})") from None
