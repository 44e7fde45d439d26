"""An edition of the knowledge with the rules made ready: what every verb is asked of."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.bodymap.build import Chart
    from deqi.knowledge import Knowledge
    from deqi.people.files.settings import ClinicSettings
    from deqi.report.phrase import Phrases
    from deqi.safety.engine import Engine


@dataclasses.dataclass(frozen=True)
class Library:
    """The knowledge, a clinic's own settings and value sets; the rules are compiled when first asked for."""

    knowledge: Knowledge
    settings: ClinicSettings | None = None
    value_sets: Path | None = None

    @classmethod
    def load(cls, settings: ClinicSettings | None = None, value_sets: Path | None = None) -> Library:
        """The shipped knowledge.

        Raises:
            InputError: when the rules are first asked for: a threshold out of its range, or a bad ValueSet.
        """
        from deqi.knowledge import load

        return cls(load(), settings, value_sets)

    @functools.cached_property
    def engine(self) -> Engine:
        """Rules, code sets and body regions, made ready once."""
        from deqi.safety.engine import Engine

        chosen = None if self.settings is None else self.settings.chosen
        return Engine.load(self.knowledge, chosen, self.value_sets)

    @functools.cached_property
    def chart(self) -> Chart:
        """The body map, with the points that lie over an organ, a great vessel, the cord or an eye."""
        from deqi.bodymap.build import Chart
        from deqi.knowledge.tables.atlas import Hazard

        atlas = self.engine.catalog.atlas
        critical = {row.point for row in self.knowledge.rows(Hazard) if atlas.critical(row)}
        return Chart(self.knowledge, critical)

    @functools.cached_property
    def phrases(self) -> Phrases:
        """Words by key."""
        from deqi.report.phrase import Phrases

        return Phrases(self.knowledge.texts)

    @property
    def edition(self) -> str:
        """Which edition of the knowledge this is; it stands in every output."""
        return self.knowledge.edition.version
