"""The sources for a reference manager: RIS and BibTeX.

The tables hold each citation as one text, so it stands in the title whole; the DOI lets a manager fill in the parts.
"""

from __future__ import annotations

from collections.abc import Iterable

from deqi.knowledge.editorial.citing import link
from deqi.knowledge.tables.sources import Source

RIS_TYPES = {
    "paper": "JOUR", "review": "JOUR", "guideline": "RPRT", "standard": "STAND", "textbook": "BOOK", "web": "ELEC",
    "registry": "DATA", "dataset": "DATA",
}  # fmt: skip
BIB_TYPES = {"paper": "article", "review": "article", "textbook": "book"}


def as_ris(sources: Iterable[Source]) -> str:
    """RIS records, one a source; cautious defaults are no works and are left out."""
    records = []
    for source in sources:
        if source.kind == "default":
            continue
        fields = [
            ("TY", RIS_TYPES[source.kind]),
            ("ID", source.source),
            ("TI", _one_line(source.cite)),
            ("PY", str(source.year) if source.year else ""),
            ("DO", source.doi),
            ("AN", source.pmid),
            ("UR", link(source)),
            ("N1", source.registry),
        ]
        records.append("".join(f"{tag}  - {value}\r\n" for tag, value in fields if value) + "ER  - \r\n")
    return "\r\n".join(records)


def as_bibtex(sources: Iterable[Source]) -> str:
    """BibTeX entries, one a source."""
    entries = []
    for source in sources:
        if source.kind == "default":
            continue
        fields = [
            ("title", _braced(source.cite)),
            ("year", str(source.year) if source.year else ""),
            ("doi", _braced(source.doi)),
            ("pmid", source.pmid),
            ("url", link(source).replace("%", "\\%") if not source.doi else ""),
            ("note", _braced(source.registry)),
        ]
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields if value)
        entries.append(f"@{BIB_TYPES.get(source.kind, 'misc')}{{{source.source},\n{body}}}\n")
    return "\n".join(entries)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _braced(text: str) -> str:
    """Text with what TeX would read as commands made plain."""
    plain = _one_line(text).replace("\\", "").replace("{", "(").replace("}", ")")
    for mark in "&%$#_":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
