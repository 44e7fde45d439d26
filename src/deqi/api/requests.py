"""What the verbs take: one frozen request each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from deqi.evidence.table.reading import Table
    from deqi.people.facts import Person
    from deqi.safety.needling.plan import Plan


@dataclasses.dataclass(frozen=True)
class ReportRequest:
    """A condition or another use, on a day; with a person (and perhaps a plan) the report has a personal part.

    Without ``condition`` it is the kind of nerve damage that the person's record names, or neuropathy as a whole.
    ``sessions``: those of a course, for harms; None for the usual number.
    """

    as_of: dt.date
    condition: str = ""
    sessions: int | None = None
    person: Person | None = None
    plan: Plan | None = None


@dataclasses.dataclass(frozen=True)
class AssessRequest:
    """One person on one day, and perhaps a plan."""

    person: Person
    as_of: dt.date
    plan: Plan | None = None


@dataclasses.dataclass(frozen=True)
class PlanRequest:
    """One person, one plan, on one day."""

    person: Person
    plan: Plan
    as_of: dt.date


@dataclasses.dataclass(frozen=True)
class SparkRequest:
    """Where Spark runs (``local[2]``, ``spark://host:7077``), and a folder that all its machines see."""

    master: str = "local[*]"
    work: Path | None = None


@dataclasses.dataclass(frozen=True)
class ScreenRequest:
    """Everybody in a file or folder, on one day.

    ``read_on`` is the day of reading, ``output`` the folder for the result tables, ``exact`` shows small counts,
    ``memory`` is what may be taken before work spills to disk, ``progress`` hears what begins and how much of it is
    done.
    """

    path: Path
    as_of: dt.date
    output: Path | None = None
    output_format: Literal["parquet", "csv", "ndjson"] = "parquet"
    exact: bool = False
    memory: str = "2GB"
    read_on: dt.date | None = None
    spark: SparkRequest | None = None
    progress: Callable[[str, float], None] = lambda step, share: None


@dataclasses.dataclass(frozen=True)
class PoolRequest:
    """The studies of a table; None takes what the columns suggest. ``level``: 95 and 0.95 are the same.

    ``model``: random, common or both. ``glmm``: the mixed model of method GLMM: UM.FS, UM.RS or CM.EL.
    ``also``: further checks by name. ``order``: the column cumulative pooling follows. ``permutations``: arrangements
    of a permutation test, drawn by ``seed``. ``scale``: columns on which the variance between studies may depend.
    ``served``: others wait for the same machine, so what takes long is refused earlier.
    """

    table: Table
    measure: str | None = None
    method: str = "REML"
    test: str | None = None
    level: float = 95.0
    by: str | None = None
    moderators: tuple[str, ...] = ()
    model: str = "random"
    glmm: str = "UM.FS"
    also: tuple[str, ...] = ()
    order: str | None = None
    permutations: int | None = None
    seed: int | None = None
    scale: tuple[str, ...] = ()
    served: bool = False


@dataclasses.dataclass(frozen=True)
class NetworkRequest:
    """A table of comparisons or of arms; None takes what the columns suggest.

    ``reference``: whom others are compared with. ``also``: league, ranks, splits, node-splits, designs, components, or
    all. ``inactive``: the component without effect. ``separator``: what stands between components. ``prediction``: V,
    HTS or S. ``served``: others wait for the same machine, so large networks are refused.
    """

    table: Table
    measure: str | None = None
    method: str = "REML"
    test: str = "z"
    level: float = 95.0
    reference: str | None = None
    small_is_good: bool = False
    also: tuple[str, ...] = ()
    inactive: str | None = None
    separator: str = "+"
    prediction: str = "V"
    served: bool = False


@dataclasses.dataclass(frozen=True)
class DemoRequest:
    """Made-up people to try things on; the same seed makes the same people. ``progress`` hears of each."""

    number: int
    output: Path
    as_of: dt.date
    seed: int = 1
    bundles: bool = False
    progress: Callable[[], None] = lambda: None
