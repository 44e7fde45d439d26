"""Names of columns in other languages, put into English word by word before they are read."""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say

LANGUAGES: Final = ("de", "fr", "es", "pt", "it", "zh", "ja")


def in_english(table: Table) -> Iterator[Table]:
    """The table with English names of columns, by each language that knows some of them."""
    for language in LANGUAGES:
        names = tuple(_english(name, language) for name in table.columns)
        pairs = [(theirs, ours) for theirs, ours in zip(table.columns, names, strict=True) if theirs != ours]
        if len(pairs) > 1 and len(set(names)) == len(names):
            told = ", ".join(f"{theirs} as {ours}" for theirs, ours in pairs)
            note = say("read-language", language=say(f"language.{language}"), pairs=told)
            yield dataclasses.replace(table, columns=names, notes=(*table.notes, note))


def _english(name: str, language: str) -> str:
    pattern, words = _words(language)
    name = unicodedata.normalize("NFC", name)
    found = pattern.sub(lambda one: f"_{words[one[0]]}_", name)
    if found == name:
        return name
    return re.sub(r"_+", "_", re.sub(r"_*([()\[\]])_*", r"_\1", found)).strip("_").replace("(_", "(").replace("_)", ")")


@functools.cache
def _words(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    words = dict(pair.split("=") for pair in say(f"header.language.{language}").split())
    longest = sorted(words, key=len, reverse=True)
    # a word of letters ends where its letters do; Chinese and Japanese write without spaces
    spaced = [re.escape(one) for one in longest if one[0] < "\u3000"]
    dense = [re.escape(one) for one in longest if one[0] >= "\u3000"]
    whole = rf"(?<![^\W\d_])(?:{'|'.join(spaced)})(?![^\W\d_])" if spaced else r"(?!)"
    return re.compile("|".join([whole, *dense])), words
