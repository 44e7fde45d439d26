"""The typed schema of every table: one declaration for loading, checking, documentation and export."""

from deqi.knowledge.tables.base import Row, TableSpec
from deqi.knowledge.tables.registry import TABLES

__all__ = ["TABLES", "Row", "TableSpec"]
