"""Words by key: every language says all that English says, with the same things to fill in."""

from __future__ import annotations

import string
from collections.abc import Iterator

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.csvtable import TableError
from deqi.knowledge.store import Knowledge
from deqi.knowledge.words import say


def text_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Keys that a language lacks or has alone, and sentences with other braces than the English one."""
    english = {key: _fields(text) for key, text in knowledge.texts.items()}
    for language in knowledge.languages:
        try:
            words = Knowledge(knowledge.folder, language).texts
        except (TableError, OSError, ValueError) as error:
            yield Fault(f"text/{language}", say("check.unreadable", error=error))
            continue
        for key in sorted(english.keys() - words.keys()):
            yield Fault(f"text/{language}, {key}", say("check.text.missing"))
        for key in sorted(words.keys() - english.keys()):
            yield Fault(f"text/{language}, {key}", say("check.text.unknown"))
        for key in sorted(words.keys() & english.keys()):
            if (fields := _fields(words[key])) != english[key]:
                named = {"here": _listed(fields), "english": _listed(english[key])}
                yield Fault(f"text/{language}, {key}", say("check.text.fields", **named))


def _fields(text: str) -> frozenset[str] | None:
    """The names in the braces of a sentence; None where the braces cannot be read."""
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return None


def _listed(fields: frozenset[str] | None) -> str:
    return "?" if fields is None else ", ".join(sorted(fields)) or "-"
