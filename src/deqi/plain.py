"""Text from files, made harmless for terminals, pages and logs."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
"""Marks that turn the direction of writing: with them a text can be made to read as another."""
_HARMFUL = {
    code: "\ufffd" for code in (*range(32), *range(127, 160), 0x2028, 0x2029, *_DIRECTIONS) if chr(code) not in _KEPT
}
_ESCAPED = {code: f"\\u{code:04x}" for code in _HARMFUL if code > 127}


def escaped(text: str) -> str:
    """A JSON document in which these characters, which can stand in its strings only, are written as escapes."""
    return text if text.isascii() else text.translate(_ESCAPED)


def harmless(text: str) -> str:
    """The text with a replacement sign for each control and direction character, and each half of a character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(one) == "Cs" else one for one in text.translate(_HARMFUL))
