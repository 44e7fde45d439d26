"""A finished figure: shown in a notebook, saved as SVG, PNG or PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metafit.errors import StatsInputError


@dataclass(frozen=True, slots=True, repr=False)
class Drawing:
    """An SVG document. `save` writes it; a notebook shows it."""

    svg: str

    def data(self, suffix: str) -> bytes:
        """The file's bytes for .svg, .png or .pdf.

        Raises
        ------
        StatsInputError
            Another suffix, or matplotlib is not installed.
        """
        if suffix == ".svg":
            return self.svg.encode()
        if suffix not in (".png", ".pdf"):
            raise StatsInputError(f"{suffix or 'no suffix'}: figures are written as .svg, .png or .pdf.")
        from metafit.plots.render import render

        return render(self.svg, suffix.removeprefix("."))

    def save(self, path: str | Path) -> None:
        """Write the figure; the suffix says how."""
        Path(path).write_bytes(self.data(Path(path).suffix.casefold()))

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing, {len(self.svg)} bytes of SVG>"
