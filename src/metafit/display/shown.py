"""What every result can do: print itself as a table, give its summary, and become a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from metafit.display.summary import Summary

FrameKind = Literal["fit", "studies", "coefficients"]


class Shown:
    """Base of the results: everything shown comes from one `summary()`."""

    __slots__ = ()

    def summary(self) -> Summary:
        """The result as titled tables of text, which print as text and as HTML."""
        from metafit.display.summaries import summarise

        return summarise(self)

    def to_frame(self, kind: FrameKind = "fit") -> Any:
        """A pandas data frame.

        Parameters
        ----------
        kind
            fit: one row an analysis. studies: one row a study, with name, whether it is included, why not, and its
            weight. coefficients: one row a coefficient of a regression.

        Raises
        ------
        StatsInputError
            pandas is not installed, or the result has no such table.
        """
        from metafit.display.frames import frame

        return frame(self, kind)

    def __repr__(self) -> str:
        return self.summary().text()

    def __str__(self) -> str:
        return self.summary().text()

    def _repr_html_(self) -> str:
        return self.summary().html()
