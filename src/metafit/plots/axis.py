"""A horizontal scale, linear or logarithmic, with round ticks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import median

from metafit.plots.svg import SMALL, line, text, text_width


@dataclasses.dataclass(frozen=True)
class Scale:
    """From values to places between ``left`` and ``right``. ``log`` needs values above zero."""

    low: float
    high: float
    left: float
    right: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value, held inside the scale."""
        low, high, here = (self._map(one) for one in (self.low, self.high, min(max(value, self.low), self.high)))
        return self.left + (here - low) / (high - low) * (self.right - self.left)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the scale."""
        return self.low <= value <= self.high

    def _map(self, value: float) -> float:
        return math.log(value) if self.log else value

    def ticks(self, most: int = 7) -> tuple[float, ...]:
        """Round values on the scale, at most so many."""
        return _log_ticks(self.low, self.high, most) if self.log else _linear_ticks(self.low, self.high, most)


def _linear_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    raw = (high - low) / max(most - 1, 1)
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return tuple(round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1))


_FEWEST_TICKS = 3
_SPARSE, _DENSE = ((1, 2, 5), (1, 3), (1,)), ((1, 2, 3, 5, 7), (1, 1.5, 2, 3, 4, 5, 7))


def _log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Ticks at round multiples of powers of ten; where those are too few for a short scale, at more of them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)

    def at(steps: Sequence[float]) -> tuple[float, ...]:
        every = (float(f"{step * 10.0**power:.12g}") for power in powers for step in steps)
        return tuple(value for value in every if low <= value <= high)

    found = next((one for one in map(at, _SPARSE) if len(one) <= most), at(_SPARSE[-1]))
    if len(found) > most:
        return found[:: math.ceil(len(found) / most)]
    if len(found) >= _FEWEST_TICKS:
        return found
    denser = (*map(at, _DENSE), _linear_ticks(low, high, most))
    enough = (one for one in denser if _FEWEST_TICKS <= len(one) <= most)
    return next(enough, found)


def fit_scale(inner: Sequence[float], outer: Sequence[float], left: float, right: float, *, log: bool = False) -> Scale:
    """A scale that holds all of ``inner`` and as much of ``outer`` as leaves inner legible.

    inner: values that must be seen (estimates, the null, the pooled interval). outer: ends of single intervals; one
    that reaches further than the inner span again, and further than most, is cut, and the figure shows an arrow.
    """
    forward = math.log if log else float
    back = math.exp if log else float
    must = [forward(one) for one in inner if math.isfinite(one) and (not log or one > 0)]
    may = [forward(one) for one in outer if math.isfinite(one) and (not log or one > 0)]
    low, high = min(must), max(must)
    reach = median([max(low - one, one - high, 0.0) for one in may]) if may else 0.0
    span = max(high - low, reach) or abs(high) or 1.0
    low = min([low, *(max(one, low - span) for one in may)])
    high = max([high, *(min(one, high + span) for one in may)])
    margin = 0.04 * ((high - low) or 1.0)
    return Scale(back(low - margin), back(high + margin), left, right, log)


def draw_axis(scale: Scale, top: float, base: float, label: str, *, most: int = 7) -> list[str]:
    """Faint lines at the ticks from top to base, tick labels and the axis label below (about 36 units high)."""
    parts = [line(scale.left, base, scale.right, base)]
    reach = -math.inf
    for tick in scale.ticks(most):
        x = scale.at(tick)
        words = tick_label(tick)
        half = text_width(words, SMALL) / 2
        parts.append(line(x, top, x, base, opacity=0.15))
        if x - half > reach:
            parts.append(line(x, base, x, base + 4))
            parts.append(text(max(x, half), base + 16, words, anchor="middle", size=SMALL))
            reach = x + half + 4
    if label:
        parts.append(text((scale.left + scale.right) / 2, base + 32, label, anchor="middle", size=SMALL))
    return parts


def tick_label(value: float) -> str:
    """A tick as people write it, with a real minus sign; very small and very large ones as powers of ten."""
    words = f"{value:g}"
    if "e" in words:
        factor, power = words.split("e")
        words = f"{'' if factor == '1' else f'{factor}×'}10{str(int(power)).translate(_RAISED)}"
    return words.replace("-", "−")


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
