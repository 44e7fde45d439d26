"""What an analysis may be given: arrays, effects with their names and measure, or columns of a data frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from metafit.effects.base import Effects
from metafit.errors import StatsInputError
from metafit.results import Floats, StudyData


class Frame(Protocol):
    """Anything with columns by name: a pandas or polars data frame, a dictionary of lists, a structured array."""

    def __getitem__(self, name: str, /) -> Any: ...


Values = npt.ArrayLike | Effects | str
Names = Sequence[str] | str


class Given(NamedTuple):
    """Effects and variances as they were given, and what is known about them."""

    yi: npt.ArrayLike
    vi: npt.ArrayLike
    measure: str
    names: tuple[str, ...] | None
    size: Floats | None

    def studies(self) -> StudyData | None:
        """The studies of a single analysis; None for a batch."""
        y, v = np.asarray(self.yi, dtype=np.float64), np.asarray(self.vi, dtype=np.float64)
        if y.ndim != 1 or v.shape != y.shape:
            return None
        names = self.names
        if names is not None and len(names) != y.size:
            raise StatsInputError(f"names: {len(names)} for {y.size} studies; give one for each.")
        return StudyData(y, v, names, self.size)


def take(
    yi: Values,
    vi: npt.ArrayLike | str | None = None,
    *,
    names: Names | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
) -> Given:
    """Effects, variances, names and measure, however they were given.

    Parameters
    ----------
    yi
        Effects (..., k); or an `Effects`, which brings its variances, names and measure; or the name of a column.
    vi
        Variances, or the name of a column. Not with an `Effects`.
    names
        One for each study, or the name of a column.
    measure
        What the effects are, as metafor names it, for the way back to the natural scale; GEN where nothing is said.
    data
        Where the columns are.

    Raises
    ------
    StatsInputError
        A column without a data frame, or one the frame does not have.
    """
    if isinstance(yi, Effects):
        if vi is not None:
            raise StatsInputError("vi: effects bring their own variances; give effects alone, or two arrays.")
        own = tuple(str(one) for one in column("names", names, data)) if names is not None else yi.names
        return Given(yi.yi, yi.vi, measure or yi.measure, own, yi.size)
    if vi is None:
        raise StatsInputError("vi: give the variances of the effects, or the effects of an effect function.")
    y, v = column("yi", yi, data), column("vi", vi, data)
    told = None if names is None else tuple(str(one) for one in column("names", names, data))
    return Given(y, v, measure or "GEN", told, None)


def column(what: str, value: Any, data: Frame | Mapping[str, Any] | None) -> Any:
    """A column of the data where value is its name; anything else as it is."""
    if not isinstance(value, str):
        return value
    if data is None:
        raise StatsInputError(f"{what}: {value!r} names a column, but there is no data; give data=.")
    try:
        return np.asarray(data[value])
    except (KeyError, ValueError, IndexError) as error:
        raise StatsInputError(f"{what}: the data have no column {value!r}.") from error
