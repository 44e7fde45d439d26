"""YAML or JSON that a person wrote, read with suspicion: no aliases, tags, repeated keys or deep nesting."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import Any

import yaml

from deqi.errors import InputError

MAX_BYTES = 2**20
MAX_DEPTH = 12
_PLAIN = "tag:yaml.org,2002:"
_TAGS = frozenset(_PLAIN + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp"))


def read_document(data: bytes, name: str) -> dict[str, Any]:
    """The one mapping of a YAML or JSON document; dates are ISO text.

    Raises:
        InputError: too large, not UTF-8, not YAML, or with anything this reader refuses; says the line.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: larger than {MAX_BYTES // 2**20} MB; this file is written by hand and small")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8; save it as UTF-8") from None
    value = _read_json(text, name) if text.lstrip().startswith("{") else None
    if value is None:
        value = _read_yaml(text, name)
    if _has_half_characters(value):
        raise InputError(f"{name}: half of a character (\\ud800 to \\udfff); write the whole one, or leave it out")
    if not isinstance(value, dict):
        raise InputError(f"{name}: not a mapping; begin with a key such as sex: female")
    return value


def _read_json(text: str, name: str) -> Any:
    """The value of a JSON document; None when it is no JSON (it may still be YAML's short form)."""
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except _KeyFaultError:
        raise InputError(f"{name}: a key that stands twice in one mapping; keep one of them") from None
    except (ValueError, RecursionError):
        return None
    if _too_deep(value, MAX_DEPTH):
        raise InputError(f"{name}: nested more than {MAX_DEPTH} deep; write it flatter")
    return value


def _has_half_characters(value: Any) -> bool:
    """Whether a text holds what no encoding can write."""
    if isinstance(value, str):
        return not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, dict):
        return any(_has_half_characters(key) or _has_half_characters(one) for key, one in value.items())
    return isinstance(value, list) and any(map(_has_half_characters, value))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _KeyFaultError(None, None, "a key twice", None)
    return found


def _too_deep(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_too_deep(one, left - 1) for one in inner)


def _read_yaml(text: str, name: str) -> Any:
    try:
        _check_events(text, name)
        return yaml.load(text, Loader=_Loader)
    except InputError:
        raise
    except _KeyFaultError as error:
        raise InputError(f"{name}{_line(error.problem_mark)}: {error.problem}") from None
    except yaml.MarkedYAMLError as error:
        raise InputError(f"{name}{_line(error.problem_mark)}: not YAML; see the example in the manual") from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        raise InputError(f"{name}: not YAML; see the example in the manual") from None


def _check_events(text: str, name: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        where = f"{name}{_line(event.start_mark)}"
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise InputError(f"{where}: a second document; write one person a file")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(f"{where}: an alias or anchor (* or &); write the value out, or put it in quotes")
        tag = getattr(event, "tag", None)
        if tag and tag not in _TAGS:
            raise InputError(f"{where}: a tag (!); write the value without it, or put it in quotes")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"{where}: nested more than {MAX_DEPTH} deep; write it flatter")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(mark: Any) -> str:
    return f", line {mark.line + 1}" if mark is not None else ""


_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_]{0,40}")
"""A key that is one of ours, and no words of somebody's."""


class _KeyFaultError(yaml.MarkedYAMLError):
    """A key that is no word, or that stands twice; ``problem`` says so."""


class _Loader(yaml.CSafeLoader):
    """Plain values only; a repeated key is a fault, and dates stay text so that partial ones read the same."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, bool):
            key = "yes" if key else "no"
        if not isinstance(key, str):
            raise _KeyFaultError(None, None, "a key that is no word; put it in quotes", key_node.start_mark)
        if key in found:
            raise _KeyFaultError(None, None, "a key that stands twice; keep one of them", key_node.start_mark)
        try:
            found[key] = loader.construct_object(value_node, deep=True)
        except _KeyFaultError as error:
            if isinstance(value_node, yaml.ScalarNode) and _WORD.fullmatch(key):
                error.problem = f"{key}: {error.problem}"
            raise
    return found


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """YAML 1.1 reads 012 as ten, 1:30 as ninety and 1_0 as ten: a number is read by JSON's grammar (RFC 8259) alone."""
    written = str(node.value)
    if written.lower().lstrip("+-") in (".inf", ".nan"):
        return float(written.replace(".", "", 1))  # refused where a number is asked for, with its place
    if not _JSON_NUMBER.fullmatch(written):
        raise _KeyFaultError(None, None, "a number that is not written plainly, as 12 or 1.5", node.start_mark)
    return int(written) if written.lstrip("-").isdecimal() else float(written)


_Loader.add_constructor(_PLAIN + "map", _mapping)
_Loader.add_constructor(_PLAIN + "int", _number)
_Loader.add_constructor(_PLAIN + "float", _number)
_Loader.add_constructor(_PLAIN + "timestamp", _as_text)


def iso(value: Any) -> str | None:
    """A date as written, a year included; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return f"{value:04d}" if 0 < value < dt.MAXYEAR else None
    return value if isinstance(value, str) else None


def finite(value: Any) -> float | None:
    """A finite number; None for anything else, yes and no included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
