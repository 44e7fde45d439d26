"""The sentences of a pooled table, by key."""

from __future__ import annotations

from deqi.knowledge import words


def say(key: str, **fields: object) -> str:
    """The sentence `pool.<key>` with its braces filled in."""
    return words.say(f"pool.{key}", **fields)


def some(parts: list[str], most: int = 5) -> str:
    """A list in words, the first few by name."""
    rest = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {rest} more" if rest > 0 else "")
