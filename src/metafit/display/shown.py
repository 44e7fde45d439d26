"""What every result can do: print itself as a table, give its summary, and become a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from metafit.display.summary import Summary

FrameKind = Literal["fit", "studies", "coefficients", "between"]


class Shown:
    """Base of the results: everything shown comes from one `summary()`.

    `print` and a notebook show its tables, `repr` its one line, so that a list of results stays readable.
    """

    __slots__ = ()

    def summary(self) -> Summary:
        """The result as titled tables of text, which print as text and as HTML."""
        from metafit.display.summaries import summarise

        return summarise(self)

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """A pandas data frame.

        Parameters
        ----------
        kind
            None: the table that is printed. fit: one row an analysis. studies: one row a study, with name, whether it
            is included, why not, and its weight. coefficients: one row a coefficient of a regression.
            between: one row a variance or correlation between studies, with the interval that a fit was asked for.

        Raises
        ------
        StatsInputError
            pandas is not installed, or the result has no such table.
        """
        from metafit.display.frames import frame

        return frame(self, kind)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.summary().line()}>"

    def __str__(self) -> str:
        return self.summary().text()

    def _repr_html_(self) -> str:
        return self.summary().html()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The table in IPython's terminal; the one line within a list."""
        printer.text(repr(self) if cycle or len(printer.stack) > 1 else str(self))
