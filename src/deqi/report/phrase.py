"""Words by key, and numbers as people read them."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping

from deqi.evidence.grade import Reason
from deqi.knowledge.tables.evidence import Trial


@dataclasses.dataclass(frozen=True)
class Phrases:
    """The person-facing words of the knowledge."""

    texts: Mapping[str, str]

    def say(self, key: str, fields: Mapping[str, object] | None = None) -> str:
        """A phrase with its braces filled in."""
        return self.texts[key].strip().format_map(dict(fields or {}))


def domain(reason: Reason, phrases: Phrases) -> str:
    """The domain of GRADE to which a step down belongs."""
    return phrases.say(f"grade.domain.{reason.domain}")


def standing(basis: str, verified: str, phrases: Phrases) -> str:
    """What must be said of a row that no paper states or nobody could verify; empty for any other."""
    labels = [phrases.say("default")] if basis == "default" else []
    labels += [phrases.say("unverified")] if verified == "no" else []
    return "; ".join(labels)


def marked(text: str, basis: str, verified: str, phrases: Phrases) -> str:
    """Words with their label behind them in brackets."""
    label = standing(basis, verified, phrases)
    return f"{text} [{label}]" if label else text


LABELS = ("skip", "contents", "details", "rows", "sources", "refs", "more", "why")


def labels(phrases: Phrases) -> dict[str, str]:
    """The words around the content of a page; ``refs`` and ``more`` keep their ``{count}``."""
    return {name: phrases.texts[f"page.{name}"].strip() for name in LABELS}


def number(value: float | None, digits: int = 2) -> str:
    """A number with so many decimals and a real minus sign; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.{digits}f}".replace("-", "−")


def plain(value: float | None) -> str:
    """A number as it stands in a table, with a real minus sign; a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:g}".replace("-", "−")


def span(low: float | None, high: float | None, digits: int = 2) -> str:
    """An interval."""
    return f"{number(low, digits)} to {number(high, digits)}"


def significant(value: float, digits: int = 2) -> str:
    """So many significant digits, without an exponent."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{round(value, digits - 1 - math.floor(math.log10(abs(value)))):,.{places}f}".replace("-", "−")


def percent(fraction: float) -> str:
    """A fraction as a percentage with two significant digits."""
    return f"{significant(100 * fraction)} %"


def one_in(fraction: float, phrases: Phrases) -> str:
    """A small fraction as one in so many, to two significant digits."""
    if not fraction > 0:
        return phrases.say("numbers.often.none")
    each = 1 / fraction
    rounded = round(each, 1 - math.floor(math.log10(each)))
    return phrases.say("numbers.often", {"each": f"{rounded:,.0f}"})


def whole(per_100: float) -> str:
    """People in a hundred, as a whole number of people."""
    return f"{math.floor(per_100 + 0.5):d}"


def p_value(p: float) -> str:
    """A p value; below a thousandth it says so."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def trial_label(trial: Trial, phrases: Phrases) -> str:
    """First author and year; where they are not known, as far as the row's id tells.

    An id that is no name (``dpnncv84``) says nothing to a reader: the trial is called unnamed, and its rows lead on.
    """
    if trial.trial.startswith("nct"):
        return trial.trial.upper()
    named = re.fullmatch(r"([a-z]+?)((?:19|20)\d\d)[a-z]?", trial.trial)
    surname = trial.authors.replace(",", " ").split(" ")[0] if trial.authors else ""
    if not surname or not surname[0].isalpha():
        if trial.registry.upper().startswith("NCT"):
            return trial.registry.upper()
        if not named or named[1].startswith(trial.condition):
            key = "numbers.trial.unnamed" if trial.year else "numbers.trial.unnamed.undated"
            return phrases.say(key, {"year": trial.year})
        return f"{named[1].capitalize()} {named[2]}"
    year = trial.year or (int(named[2]) if named else None)
    return f"{surname} {year}" if year else surname


def capital(words: str) -> str:
    """With a capital letter."""
    return words[:1].upper() + words[1:]
