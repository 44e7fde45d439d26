"""Writing the steps of a program. A wide table carries from step to step only what a later one still looks at."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import msgspec

from deqi.screening.sql.dialects import to_sql


class Step(msgspec.Struct, frozen=True):
    """One table of the program, and the query that makes it."""

    name: str
    sql: str
    passing: bool
    """It is a table that grows: the next step alone uses it, so that it need not be kept."""


@dataclasses.dataclass(frozen=True)
class _Made:
    """A table to be made: of ``table`` as it is, or of its columns with more beside them."""

    name: str
    table: ir.Table
    more: Mapping[str, ir.Value] | None = None


class Writer:
    """Takes the tables of a program in order; each may use those before it."""

    def __init__(self) -> None:
        self._made: list[_Made] = []

    def materialise(self, name: str, table: ir.Table) -> ir.Table:
        """Make a table of an expression; gives the table to go on with."""
        self._made.append(_Made(name, table))
        return ibis.table(table.schema(), name=name)

    def widen(self, name: str, table: ir.Table, more: Mapping[str, ir.Value]) -> ir.Table:
        """Make a table with more columns than another, which is not used beside it."""
        self._made.append(_Made(name, table, more))
        types = dict(table.schema().items()) | {column: value.type() for column, value in more.items()}
        return ibis.table(types, name=name)

    def steps(self, dialect: str) -> tuple[Step, ...]:
        """The queries. Columns of widened tables that nothing looks at are left out, so it begins with the last."""
        used: dict[str, set[str]] = defaultdict(set)
        written = []
        for one in reversed(self._made):
            made = one.table.op() if one.more is None else _widened(one.table, one.more, used[one.name])
            for field in made.find(ops.Field):
                if isinstance(field.rel, ops.UnboundTable):
                    used[field.rel.name].add(field.name)
            written.append(Step(one.name, to_sql(made.to_expr(), dialect), one.more is not None))
        return tuple(reversed(written))


def _widened(table: ir.Table, more: Mapping[str, ir.Value], used: set[str]) -> ops.Project:
    """What `Table.mutate` would make, less what is not used; it would look through the whole table for each column."""
    fields = {name: ops.Field(table, name) for name in table.columns if name in used}
    new = {name: value.op() for name, value in more.items() if name in used}
    return ops.Project(table, fields | new)
