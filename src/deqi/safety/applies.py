"""Whether a question is about this person: the little language of ``questions.applies_if``.

Terms must all hold; within a term, ``|`` separates alternatives. An alternative is ``answer:<question>=<value>``
(or several values, comma between), ``recorded:<set>``, ``medication:<set>``, ``sex=female`` or ``age<56``.
"""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable, Iterable
from typing import Literal

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_ALTERNATIVE = re.compile(
    r"(?P<kind>answer|recorded|medication):(?P<name>[a-z0-9-]+)(?:=(?P<values>[a-z0-9,-]+))?"
    r"|sex=(?P<sex>female|male)|age(?P<op><=|>=|<|>|=)(?P<limit>\d+)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a term."""

    kind: Literal["answer", "recorded", "medication", "sex", "age"]
    name: str = ""
    values: tuple[str, ...] = ()
    op: str = ""
    limit: float = 0


Terms = tuple[tuple[Alternative, ...], ...]


def parse_terms(cells: Iterable[str]) -> Terms:
    """The terms of an ``applies_if`` cell.

    Raises:
        ValueError: an alternative that is none of the known forms.
    """
    return tuple(tuple(_alternative(text) for text in cell.split("|")) for cell in cells)


def _alternative(text: str) -> Alternative:
    found = _ALTERNATIVE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not answer:, recorded:, medication:, sex= or age")
    if found["sex"]:
        return Alternative("sex", found["sex"])
    if found["op"]:
        return Alternative("age", op=found["op"], limit=float(found["limit"]))
    values = tuple((found["values"] or "").split(",")) if found["values"] else ()
    if (found["kind"] == "answer") != bool(values):
        raise ValueError(f"{text!r}: an answer needs =value, the others have none")
    return Alternative(found["kind"], found["name"], values)  # type: ignore[arg-type]


def compare(op: str, left: float, right: float) -> bool:
    """``left op right``."""
    return _COMPARE[op](left, right)
