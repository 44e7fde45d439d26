"""Expressions as the SQL of an engine, by Ibis's compilers, with what Ibis does not write for DuckDB and Spark."""

from __future__ import annotations

import functools
from typing import Any

import ibis.backends.sql.compilers as compilers
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.databricks import DatabricksCompiler
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.backends.sql.dialects import PySpark


class _Databricks(DatabricksCompiler):  # type: ignore[misc]  # Ibis has no types
    """Ibis knows no ordered ``group_concat`` here, though Spark 4 and Databricks have it; and it takes a float that is
    not a number for null, which DuckDB does not."""

    __slots__ = ()

    def visit_GroupConcat(self, op: Any, *, arg: Any, sep: Any, where: Any, order_by: Any) -> Any:  # noqa: N802
        """``listagg``, in order."""
        if where is not None:
            arg = self.if_(where, arg, sge.Null())
        joined = self.f.anon.listagg(arg, sep)
        if not order_by:
            return joined
        return sge.WithinGroup(this=joined, expression=sge.Order(expressions=list(order_by)))

    def visit_IsNull(self, op: Any, *, arg: Any) -> Any:  # noqa: N802
        """Null and nothing else."""
        return arg.is_(sge.Null())

    def visit_NotNull(self, op: Any, *, arg: Any) -> Any:  # noqa: N802
        """Anything but null."""
        return sge.Not(this=arg.is_(sge.Null()))


class _Spark(_Databricks):
    """The same for Spark itself. Ibis's own compiler for it needs PySpark to be there, and knows fewer aggregates."""

    __slots__ = ()
    dialect = PySpark


class _DuckDB(DuckDBCompiler):  # type: ignore[misc]  # Ibis has no types
    """With the lambdas that DuckDB goes on to read; Ibis writes those it gives up."""

    __slots__ = ()

    def visit_ArrayFilter(self, op: Any, *, arg: Any, body: Any, param: Any, index: Any) -> Any:  # noqa: N802
        """``list_filter``."""
        names = [sge.to_identifier(name) for name in (param, index) if name is not None]
        return self.f.list_filter(arg, sge.Lambda(this=body, expressions=names, colon=True))


_OWN = {"duckdb": _DuckDB, "spark": _Spark, "pyspark": _Spark, "databricks": _Databricks}


@functools.cache
def _compiler(dialect: str) -> Any:
    if dialect in _OWN:
        return _OWN[dialect]()
    found = getattr(getattr(compilers, dialect, None), "compiler", None)
    if found is None:
        raise ValueError(f"no SQL dialect {dialect} is known")
    return found


def to_sql(table: ir.Table, dialect: str) -> str:
    """The query that makes a table, as text. The table is made of unbound ones.

    ``dialect`` is ``duckdb``, ``spark``, or any that Ibis names (``postgres``, ``snowflake``, ``bigquery`` ...).

    Raises:
        ValueError: Ibis knows no such dialect.
    """
    compiler = _compiler(dialect)
    query = compiler.to_sqlglot(table)
    return str(query.sql(dialect=compiler.dialect, pretty=False, copy=False))
