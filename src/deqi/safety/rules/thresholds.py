"""Thresholds a clinic may set, within listed ranges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deqi.errors import InputError
from deqi.knowledge.rules import Rule
from deqi.knowledge.tables.vocabulary import Setting


@dataclasses.dataclass(frozen=True)
class Override:
    """A clinic's value beside the default it replaces; both are printed."""

    setting: str
    default: float
    value: float
    unit: str


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every threshold's value in force, and which of them a clinic has set."""

    values: Mapping[str, float]
    overrides: tuple[Override, ...] = ()


def settle(rows: Iterable[Setting], rules: Iterable[Rule], chosen: Mapping[str, float]) -> Settings:
    """The values in force.

    Raises:
        InputError: an unknown setting, a value outside its range, or one that would loosen an absolute rule.
    """
    known = {row.setting: row for row in rows}
    absolute = {name: rule.id for rule in rules if rule.severity == "absolute" for name in _settings_of(rule.when)}
    values = {name: row.default_value for name, row in known.items()}
    overrides = []
    for name, value in chosen.items():
        if name not in known:
            raise InputError(f"settings, {name}: no such setting; write one of {', '.join(sorted(known))}.")
        row = known[name]
        if not row.low <= value <= row.high:
            raise InputError(
                f"settings, {name}: {value:g} is outside {row.low:g} to {row.high:g} {row.unit}; write a value in it."
            )
        looser = value < row.default_value if row.safer == "higher" else value > row.default_value
        if looser and name in absolute:
            raise InputError(
                f"settings, {name}: {value:g} would loosen the absolute rule {absolute[name]}; "
                f"write {row.default_value:g} {row.unit} or a stricter value."
            )
        values[name] = value
        if value != row.default_value:
            overrides.append(Override(name, row.default_value, value, row.unit))
    return Settings(values, tuple(overrides))


def _settings_of(tree: Any) -> Iterator[str]:
    """The names of the settings a trigger uses."""
    if isinstance(tree, dict | list):
        for below in tree.values() if isinstance(tree, dict) else tree:
            yield from _settings_of(below)
    elif isinstance(tree, str) and tree.startswith("@"):
        yield tree[1:]
