"""A clinic's settings file: the thresholds it chose, and which lists its records keep complete.

Whether a threshold exists and lies in its listed range is for the rules to say (`deqi.safety.rules.thresholds.settle`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from deqi.errors import InputError
from deqi.people.facts import Kind
from deqi.people.files.person import complete_lists
from deqi.people.files.source import plain_bytes, read_bytes
from deqi.people.files.yaml_text import MAX_BYTES, finite, read_document


class ClinicSettings(msgspec.Struct, frozen=True):
    """The chosen thresholds by name, and the kinds whose lists are complete for everybody."""

    chosen: Mapping[str, float]
    complete: frozenset[Kind] = frozenset()


def read_settings(source: Path | bytes, name: str = "settings") -> ClinicSettings:
    """The settings of a file (YAML or JSON): ``settings`` (name to number) and ``complete`` (list of lists).

    Raises:
        InputError: with the place, what is wrong, and what to write instead.
    """
    if isinstance(source, Path):
        name, data = str(source), read_bytes(source, MAX_BYTES)
    else:
        data = plain_bytes(source, name, MAX_BYTES)
    document = read_document(data, name)
    if any(key not in ("settings", "complete") for key in document):
        raise InputError(f"{name}: a key that is not known here; the keys are settings and complete")
    return ClinicSettings(_chosen(document.get("settings"), name), complete_lists(document.get("complete"), name))


def _chosen(given: Any, name: str) -> dict[str, float]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InputError(f"{name}, settings: write a mapping of names to numbers")
    chosen: dict[str, float] = {}
    for place, (setting, value) in enumerate(given.items(), 1):
        number = finite(value)
        if number is None:
            raise InputError(f"{name}, settings, entry {place}: write a number")
        chosen[setting] = number
    return chosen
