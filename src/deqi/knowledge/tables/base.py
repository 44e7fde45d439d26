"""What all rows share: provenance, references, and the types of cells."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Literal

import msgspec

Verified = Literal["yes", "partly", "no"]
Basis = Literal["published", "derived", "default"]


def references(table: str, column: str) -> msgspec.Meta:
    """Mark a column (or the items of a multi-valued one) as a key of another table."""
    return msgspec.Meta(extra={"references": (table, column)})


SourceId = Annotated[str, references("sources", "source")]
PointCode = Annotated[str, references("points", "code")]
RegionId = Annotated[str, references("regions", "region")]
TechniqueId = Annotated[str, references("techniques", "technique")]
CodeSetId = Annotated[str, references("code_sets", "set")]
TrialId = Annotated[str, references("trials", "trial")]
OutcomeId = Annotated[str, references("outcomes", "outcome")]
OutcomeKindId = Annotated[str, references("outcome_kinds", "kind")]
EventId = Annotated[str, references("events", "event")]
SurveyId = Annotated[str, references("harm_surveys", "survey")]
HarmId = Annotated[str, references("harm_rows", "harm")]
IndicationId = Annotated[str, references("indications", "indication")]
PoolId = Annotated[str, references("published_pools", "pool")]
HarmPoolId = Annotated[str, references("published_harm_pools", "pool")]
HazardId = Annotated[str, references("hazards", "hazard")]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every row that states something: where it comes from, who wrote it, when to look again.

    ``checked_by`` stays empty until a clinician has checked the row. ``basis`` ``default`` is a cautious value that
    no paper states, and is labelled so wherever it is shown.
    """

    source: tuple[SourceId, ...] = ()
    verified: Verified
    basis: Basis
    authored_by: str
    checked_by: str = ""
    reviewed_on: dt.date
    review_by: dt.date


PROVENANCE = ("source", "verified", "basis", "authored_by", "checked_by", "reviewed_on", "review_by")


@dataclasses.dataclass(frozen=True)
class TableSpec:
    """One table: its file stem, row type (whose docstring says what a row is) and key columns."""

    name: str
    row: type[msgspec.Struct]
    key: tuple[str, ...]
