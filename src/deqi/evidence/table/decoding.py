"""The bytes of a table as text: UTF-8, UTF-16, and what a spreadsheet on Windows writes."""

from __future__ import annotations

import re
from typing import Final

from deqi.errors import InputError
from deqi.evidence.table.sentences import say
from deqi.evidence.table.webtable import of_latex, of_web_page

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOOKED_AT: Final = 2_000
"""Bytes from which text of two bytes a letter is told."""


def decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text, and what had to be understood to read it.

    Raises:
        InputError: a spreadsheet's own file, JSON, a web page, or no text at all.
    """
    if data.startswith(b"PK\x03\x04"):
        raise InputError(say("not-csv.spreadsheet", name=name))
    web = data.lstrip()[:1] == b"<"
    if data.lstrip()[:1] in (b"[", b"{"):
        raise InputError(say("not-csv.other", name=name))
    notes: tuple[str, ...] = ()
    try:
        text = data.decode(_wide(data) or "utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        encoding = "gb2312" if _is_chinese(data) else "cp1252"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise InputError(say("not-csv.bytes", name=name, row=row)) from None
        if _CONTROL.search(text):
            raise InputError(say("not-csv.bytes", name=name, row=row)) from None
        notes = (say("chinese" if encoding == "gb2312" else "windows", row=row),)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(say("not-csv.no-text", name=name, row=row))
    if web:
        found = of_web_page(text)
        if found is None:
            raise InputError(say("not-csv.other", name=name))
        return found, (*notes, say("web-page"))
    return of_latex(text), notes


def _is_chinese(data: bytes) -> bool:
    """GB 2312: letters of two bytes, both with the high bit; an accent of Windows stands by itself."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    if not runs or any(len(run) % 2 for run in runs):
        return False
    try:
        return all(run.decode("gb2312") for run in runs)
    except UnicodeDecodeError:
        return False


def _wide(data: bytes) -> str | None:
    """UTF-16, by its mark or because every other byte is empty."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = data[: _LOOKED_AT - _LOOKED_AT % 2]
    if not head or len(data) % 2:
        return None
    for encoding, empty, full in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if 2 * empty.count(0) > len(empty) and not full.count(0):
            return encoding
    return None
