"""A clinic's settings: thresholds within their listed ranges, and which lists its records keep complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from deqi.errors import InputError
from deqi.knowledge.tables.vocabulary import Setting
from deqi.people.facts import Kind
from deqi.people.personfile import complete_lists
from deqi.people.source import plain_bytes, read_bytes
from deqi.people.yamltext import MAX_BYTES, finite, read_document


class Override(msgspec.Struct, frozen=True):
    """A threshold that the clinic set otherwise; it is shown beside the default. ``looser`` restricts fewer people."""

    setting: str
    value: float
    default_value: float
    unit: str
    looser: bool


class Settings(msgspec.Struct, frozen=True):
    """Every threshold by name, the overrides among them, and the kinds whose lists are complete for everybody."""

    values: Mapping[str, float]
    overrides: tuple[Override, ...] = ()
    complete: frozenset[Kind] = frozenset()

    @classmethod
    def default(cls, rows: Iterable[Setting]) -> Settings:
        """The thresholds as shipped."""
        return cls({row.setting: row.default_value for row in rows})


def read_settings(source: Path | bytes, rows: Iterable[Setting], name: str = "settings") -> Settings:
    """The settings of a file (YAML or JSON): ``settings`` (name to number) and ``complete`` (list of lists).

    Raises:
        InputError: an unknown setting, a value outside its range, or anything else, with the place.
    """
    if isinstance(source, Path):
        name, data = str(source), read_bytes(source, MAX_BYTES)
    else:
        data = plain_bytes(source, name, MAX_BYTES)
    document = read_document(data, name)
    if any(key not in ("settings", "complete") for key in document):
        raise InputError(f"{name}: a key that is not known here; the keys are settings and complete")
    known = {row.setting: row for row in rows}
    overrides = tuple(_overrides(document.get("settings") or {}, known, name))
    values = {row.setting: row.default_value for row in known.values()}
    values.update({one.setting: one.value for one in overrides})
    return Settings(values, overrides, complete_lists(document.get("complete"), name))


def _overrides(given: Any, known: Mapping[str, Setting], name: str) -> Iterable[Override]:
    if not isinstance(given, dict):
        raise InputError(f"{name}, settings: write a mapping of names to numbers")
    for place, (setting, value) in enumerate(given.items(), 1):
        where = f"{name}, settings, entry {place}"
        row = known.get(setting)
        if row is None:
            raise InputError(f"{where}: not a setting deqi knows; the settings are {', '.join(sorted(known))}")
        number = finite(value)
        if number is None or not row.low <= number <= row.high:
            raise InputError(
                f"{where} ({setting}): write a number from {row.low:g} to {row.high:g} {row.unit}".rstrip()
            )
        if number != row.default_value:
            looser = number < row.default_value if row.safer == "higher" else number > row.default_value
            yield Override(setting, number, row.default_value, row.unit, looser)
