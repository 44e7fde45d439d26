"""The plan file: what is to be done, in YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from deqi.errors import InputError
from deqi.people.source import plain_bytes, read_bytes
from deqi.people.yamltext import MAX_BYTES, read_document
from deqi.safety.plan import Plan


def read_plan(source: Path | bytes, name: str = "plan") -> Plan:
    """The plan of a file.

    Raises:
        InputError: the file cannot be read, or a field does not fit, with its place.
    """
    if isinstance(source, Path):
        name, data = str(source), read_bytes(source, MAX_BYTES)
    else:
        data = plain_bytes(source, name, MAX_BYTES)
    return plan_of(read_document(data, name), name)


def plan_of(value: Mapping[str, Any], name: str) -> Plan:
    """The plan in a mapping.

    Raises:
        InputError: a field that does not fit, with its place.
    """
    try:
        return msgspec.convert(value, Plan)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}{_fault(str(error))}; see the plan file's format.") from None


def _fault(message: str) -> str:
    """msgspec's own words with the place in front; they name types and fields, never the value given."""
    found = re.fullmatch(r"(?P<what>.*?)(?: - at `(?P<place>[^`]*)`)?", message, re.DOTALL)
    what, place = (found["what"], found["place"]) if found else (message, None)
    where = (place or "").removeprefix("$").removeprefix(".")
    what = re.sub(r"Invalid enum value .*", "not one of the words this field takes", what)
    return f"{', ' + where if where else ''}: {what[:1].lower()}{what[1:]}"
