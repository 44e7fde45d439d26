"""The one table of sources."""

from typing import Literal

import msgspec


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper, guideline, register entry or page; identifiers are copied from what was seen, or empty."""

    source: str
    kind: Literal["paper", "review", "guideline", "registry", "textbook", "web", "standard", "dataset", "default"]
    cite: str
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry: str = ""
    url: str = ""
    seen: Literal["full", "tables", "abstract", "headings", "secondary", "none"]
    note: str = ""
