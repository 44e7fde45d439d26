"""The knowledge on disk: each table, rule file and text read once, when first asked for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from deqi.knowledge.csvtable import TableError, read_table
from deqi.knowledge.protocols import Protocol
from deqi.knowledge.rules import Rule
from deqi.knowledge.tables import TABLES

T = TypeVar("T", bound=msgspec.Struct)

DATA = Path(__file__).parent / "data"
_FILE_OF_ROW = {spec.row: f"{spec.name}.csv" for spec in TABLES.values()}


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which edition of the knowledge this is; it stands in every output."""

    version: str
    released: str


class Knowledge:
    """One edition of the knowledge, with its words in one language.

    ``rows(Point)`` gives the table whose rows are ``Point``. Nothing is read before it is asked for.
    """

    def __init__(self, folder: Path = DATA, language: str = "en") -> None:
        self.folder = folder
        self.language = language
        self._tables: dict[type[msgspec.Struct], tuple[Any, ...]] = {}

    def rows(self, row: type[T]) -> tuple[T, ...]:
        """All rows of one table.

        Raises:
            TableError: the file does not fit its schema (file, line, column).
        """
        if row not in self._tables:
            self._tables[row] = read_table(self.folder / _FILE_OF_ROW[row], row)
        return self._tables[row]

    @functools.cached_property
    def edition(self) -> Edition:
        """The edition file."""
        return msgspec.convert(read_yaml(self.folder / "edition.yaml"), Edition)

    @functools.cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the rule files' names and of the rules in them."""
        return tuple(rule for path in sorted((self.folder / "rules").glob("*.yaml")) for rule in read_rules(path))

    @functools.cached_property
    def protocols(self) -> tuple[Protocol, ...]:
        """The published needling protocols."""
        path = self.folder / "protocols.yaml"
        protocols: tuple[Protocol, ...] = _convert(read_yaml(path)["protocols"], tuple[Protocol, ...], path)
        return protocols

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which there are words, each by its code."""
        return tuple(sorted(path.stem for path in (self.folder / "text").glob("*.yaml")))

    @functools.cached_property
    def texts(self) -> Mapping[str, str]:
        """Person-facing words by key: ``text/en.yaml`` and a file for each larger surface in ``text/en``, or the same
        of another language.

        Raises:
            TableError: a key stands in two files.
        """
        folder = self.folder / "text"
        found: dict[str, str] = {}
        for path in (folder / f"{self.language}.yaml", *sorted((folder / self.language).glob("*.yaml"))):
            words = _convert(read_yaml(path), dict[str, str], path)
            if twice := sorted(found.keys() & words.keys()):
                raise TableError(f"{path.name}: key {twice[0]!r} stands in another file of words too")
            found |= words
        return found


@functools.cache
def load() -> Knowledge:
    """The knowledge shipped with this version."""
    return Knowledge()


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of one file.

    Raises:
        TableError: a rule that does not fit, with file, rule and field.
    """
    rules: tuple[Rule, ...] = _convert(read_yaml(path)["rules"], tuple[Rule, ...], path)
    return rules


def read_yaml(path: Path) -> Any:
    """One of our own YAML files, through the C loader: pure-Python YAML would cost every command half a second."""
    import yaml

    with path.open("rb") as handle:
        return yaml.load(handle, Loader=yaml.CSafeLoader)


def _convert(value: Any, wanted: Any, path: Path) -> Any:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise TableError(f"{path.name}: {error}") from None
