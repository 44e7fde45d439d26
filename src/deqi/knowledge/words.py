"""The sentences of the shipped knowledge, by key."""

from __future__ import annotations

from deqi.knowledge.store import load


def say(key: str, /, **fields: object) -> str:
    """The sentence of a key with its braces filled in."""
    return load().texts[key].strip().format(**fields)
