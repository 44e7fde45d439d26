"""What public functions ask of their arguments: one sentence for what they cannot use, before any number is touched.

The kind of an argument is read from its annotation. Lists, series of data frames and masked arrays become plain arrays,
so that neither an odd index nor a mask is misread; arrays are never written to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Set
from functools import partial, wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

import numpy as np

from metafit.errors import StatsInputError

P = ParamSpec("P")
R = TypeVar("R")
_Check = Callable[[str, Any], Any]

_NUMBERS = ("npt.ArrayLike", "Values", "Numbers")
_WORDS = ("Literal[", "str", "Method", "CountMethod", "Test", "AddTo", "Measure")
_LABELS = ("Ids", "Names", "Sequence[Hashable]", "Sequence[object]", "Sequence[str]", "npt.NDArray[Any]")
_RESULTS = (
    "Fit",
    "CountFit",
    "Regression",
    "Coefficients",
    "MultilevelFit",
    "NetworkFit",
    "OneArm",
    "TwoArms",
    "NormalPrior",
)


def asked(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with its arguments looked at first.

    Numbers whose shapes do not go together are told as such where they stop the function.
    """
    parameters = inspect.signature(function).parameters
    checks = {name: check for name, one in parameters.items() if (check := _check(str(one.annotation), one.default))}
    numeric = [name for name, one in parameters.items() if str(one.annotation).startswith(_NUMBERS)]
    order = tuple(name for name, one in parameters.items() if one.kind is not one.KEYWORD_ONLY)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        given: dict[str, Any] = dict(zip(order, args, strict=False))
        if len(args) > len(order) or not given.keys().isdisjoint(kwargs):
            return function(*args, **kwargs)  # Python says what is wrong with such a call
        given.update(kwargs)
        for name, value in given.items():
            if name in checks:
                given[name] = checks[name](name, value)
        try:
            with np.errstate(all="ignore"):  # numbers without an answer are NaN, which is said in the result
                return function(**given)  # type: ignore[call-arg]  # the same arguments, by name
        except StatsInputError:
            raise
        except (ValueError, IndexError) as error:
            shapes = {name: np.shape(np.asarray(given[name])) for name in numeric if name in given}
            try:
                np.broadcast_shapes(*shapes.values())
            except ValueError:
                told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
                raise StatsInputError(f"{function.__name__}: the shapes {told} do not go together.") from error
            raise

    return call


def _check(annotation: str, default: object) -> _Check | None:
    """What is asked of an argument with this annotation; None where the function asks itself."""
    parts = [part.strip() for part in annotation.split(" | ")]
    absent = default is None or "None" in parts
    check: _Check | None = None
    if annotation.startswith(_NUMBERS):
        column = "str" in parts or parts[0] == "Values"
        check = partial(_numbers, column, "Sequence[str]" in parts)
    elif annotation.startswith(_LABELS):
        check = partial(_labels, "str" in parts or parts[0] == "Names")
    elif parts[0] in _RESULTS:
        check = partial(_result, tuple(part for part in parts if part != "None"))
    elif parts[0] == "TauPrior":
        check = _prior
    elif annotation.startswith(_WORDS):
        check = _word
    elif parts[0] in ("float", "int", "bool") and "Pairs" not in parts:
        check = {"float": _number, "int": _whole, "bool": _truth}[parts[0]]
    elif annotation.startswith("Sequence[Ids]"):
        check = _groupings
    elif annotation.startswith("Sequence[float]"):
        check = _row
    elif annotation.startswith(("Frame", "Mapping")):
        check = _frame
    elif parts[0] == "Hashable":
        check = _label
    if check is None or not absent:
        return check
    return partial(_unless_none, check)


def _unless_none(check: _Check, name: str, value: Any) -> Any:
    return None if value is None else check(name, value)


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _numbers(column: bool, several: bool, name: str, value: Any) -> Any:
    """Numbers in an array; a word where it may name a column; whatever brings its own numbers."""
    if isinstance(value, np.ndarray) and type(value) is np.ndarray and value.dtype.kind in "fiub":
        return value
    if isinstance(value, str) and (column or several):
        return value
    if type(value).__name__ == "Effects" and column:
        return value
    if several and isinstance(value, (list, tuple)) and value and all(isinstance(one, str) for one in value):
        return value
    if isinstance(value, (str, bytes, Mapping, Set)) or value is None:
        raise StatsInputError(f"{name}: give numbers, not {_kind(value)}.")
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(np.float64), np.nan)
    try:
        array = np.asarray(value)
        found = array.astype(np.float64) if array.dtype.kind in "fiubOU" else None
    except (ValueError, TypeError, OverflowError) as error:
        raise StatsInputError(
            f"{name}: give numbers, in rows of equal length, with NaN where one is absent."
        ) from error
    if found is None:
        raise StatsInputError(f"{name}: give numbers, not {array.dtype}.")
    return value if np.isscalar(value) else found


def _row(name: str, value: Any) -> Any:
    found = np.asarray(_numbers(False, False, name, value), dtype=np.float64)
    if found.ndim != 1:
        raise StatsInputError(f"{name}: give a row of numbers.")
    return tuple(found.tolist())


def _labels(column: bool, name: str, value: Any) -> Any:
    """A list of labels; a word where it may name a column."""
    if isinstance(value, str) and column:
        return value
    if isinstance(value, (str, bytes, Mapping, Set)) or not hasattr(value, "__iter__") or not hasattr(value, "__len__"):
        raise StatsInputError(f"{name}: give a list of labels, not {_kind(value)}.")
    if getattr(value, "ndim", 1) != 1:
        raise StatsInputError(f"{name}: give one row of labels, not an array of shape {np.shape(value)}.")
    return [_label(name, one) for one in value]


def _label(name: str, value: Any) -> Any:
    try:
        hash(value)
    except TypeError as error:
        raise StatsInputError(f"{name}: {_kind(value)} is no label.") from error
    return value


def _groupings(name: str, value: Any) -> Any:
    if isinstance(value, (str, bytes, Mapping, Set)) or not hasattr(value, "__len__") or getattr(value, "ndim", 1) == 0:
        raise StatsInputError(f"{name}: give a list of groupings, not {_kind(value)}.")
    return [_labels(False, f"{name}[{place}]", one) for place, one in enumerate(value)]


def _word(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise StatsInputError(f"{name}: give a word, not {_kind(value)}.")
    return value


def _number(name: str, value: Any) -> Any:
    if name == "level":
        return value  # `as_fraction` asks, and it alone knows both ways to write one
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if _is_truth(value) or not isinstance(value, Real):
        raise StatsInputError(f"{name}: give a number, not {_kind(value)}.")
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if not np.isfinite(found):
        raise StatsInputError(f"{name}: give a finite number.")
    return found


def _whole(name: str, value: Any) -> Any:
    if _is_truth(value) or not isinstance(value, Integral):
        raise StatsInputError(f"{name}: give a whole number, not {_kind(value)}.")
    if value < 0 and name != "axis":
        raise StatsInputError(f"{name}: give a whole number that is not negative.")
    return int(value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _truth(name: str, value: Any) -> Any:
    if not _is_truth(value):
        raise StatsInputError(f"{name}: give True or False, not {_kind(value)}.")
    return bool(value)


def _result(kinds: tuple[str, ...], name: str, value: Any) -> Any:
    if not any(one.__name__ in kinds for one in type(value).__mro__):
        raise StatsInputError(f"{name}: give a {' or '.join(kinds)}, not {_kind(value)}.")
    return value


def _prior(name: str, value: Any) -> Any:
    if not isinstance(getattr(value, "tail", None), Real):
        raise StatsInputError(f"{name}: give a prior of tau, not {_kind(value)}.")
    return value


def _frame(name: str, value: Any) -> Any:
    if isinstance(value, (str, bytes, list, tuple, Set)) or not hasattr(value, "__getitem__"):
        raise StatsInputError(f"{name}: give columns by name, as a data frame or a dictionary, not {_kind(value)}.")
    return value
