"""Words by key, and numbers as people read them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Phrases:
    """The person-facing words of the knowledge."""

    texts: Mapping[str, str]

    def say(self, key: str, fields: Mapping[str, object] | None = None) -> str:
        """A phrase with its braces filled in."""
        return self.texts[key].strip().format_map(dict(fields or {}))


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals; a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}".replace("-", "−") if value < 0 else f"{value:.{digits}f}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with two significant digits."""
    return f"{significant(100 * fraction)} %"


def significant(value: float, digits: int = 2) -> str:
    """So many significant digits, without an exponent."""
    if math.isnan(value):
        return "-"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}"


def one_in(fraction: float) -> str:
    """A small fraction as one in so many, to two significant digits."""
    if not fraction > 0:
        return "none seen"
    each = 1 / fraction
    rounded = round(each, -int(math.floor(math.log10(each))) + 1)
    return f"1 in {rounded:,.0f}"


def p_value(p: float) -> str:
    """A p value; below a thousandth it says so."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
