"""A recorded fact, an answer and a restriction in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Region, Technique
from deqi.people.facts import Answer, Fact
from deqi.safety.document import FactLine, fact_line
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.restricted import Restricted

VERIFIED = {"no": "not verified", "partly": "verified in part"}


class Names:
    """The names of techniques, regions, sources and candidacies, and what is said with them."""

    def __init__(
        self, knowledge: Knowledge, catalog: Catalog, lines: Mapping[Fact | Answer, FactLine] | None = None
    ) -> None:
        """``lines`` are the facts as lines, where they were made before."""
        self._lines = lines or {}
        self._catalog = catalog
        self._texts = knowledge.texts
        self._techniques = {row.technique: row.plain_name for row in knowledge.rows(Technique)}
        self._regions = {row.region: row.plain_name for row in knowledge.rows(Region)}
        self._cites = {row.source: row.cite for row in knowledge.rows(Source)}

    def candidacy(self, word: str) -> str:
        """A candidacy as a sentence says it."""
        return self._texts.get(f"candidacy.{word}", word.replace("-", " "))

    def cite(self, source: str) -> str:
        """A source as it is cited."""
        return self._cites.get(source, source)

    def fact(self, fact: Fact | Answer) -> str:
        """One fact in a line: what, when, where it was read."""
        line = self._lines.get(fact) or fact_line(fact, self._catalog)
        if line.kind == "answer":
            return f'answer {_value(line)} to "{line.display or line.code}"{_from(line)}'
        code = f" ({line.system} {line.code})" if line.code else ""
        value = f" {_value(line)}" if line.value is not None else ""
        by_name = "; matched by name" if isinstance(fact, Fact) and _by_name(fact) else ""
        return f"{line.kind} {line.display or line.code}{code}{value}{_from(line)}{by_name}"

    def restrictions(self, restricts: Iterable[Restricted]) -> Iterator[str]:
        """What is left out or changed, a line each."""
        for one in restricts:
            if one.everything:
                yield "Left out: all needling and what goes with it."
            elif one.matched:
                yield "Left out: the needlings of the plan named below."
            elif one.dose:
                yield "Changed: fewer or gentler needles."
            elif not one.advice:
                yield f"Left out: {self._what(one)}{self._where(one)}."

    def _what(self, one: Restricted) -> str:
        names = ", ".join(_lower(self._techniques.get(name, name)) for name in one.techniques) or "every technique"
        if one.anticoagulant_avoid:
            return f"{names} at points marked unsafe with thin blood"
        if one.hazards:
            return f"{names} at points with a hazard of {', '.join(one.hazards)}"
        return names

    def _where(self, one: Restricted) -> str:
        places = [_lower(self._regions.get(name, name)) for name in one.regions]
        words = f" at {', '.join(one.points)}" if one.points else ""
        if places:
            words += f" on {', '.join(places)}"
        if one.within is not None:
            words += f", as far as it lies in {self._regions.get(one.within, one.within)}"
        if one.side != "both":
            words += f", {one.side} side"
        if one.assumed:
            words += f" (where is not recorded exactly, so all of it{' and both sides' if one.side == 'both' else ''})"
        return words


def _lower(name: str) -> str:
    """A name inside a sentence; TENS and the like stay as they are."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _by_name(fact: Fact) -> bool:
    return bool(fact.sets) and all(match.how == "name" for match in fact.sets)


def _value(line: FactLine) -> str:
    value = f"{line.value:g}" if isinstance(line.value, float) else str(line.value)
    return f"{value} {line.unit}".strip()


def _from(line: FactLine) -> str:
    parts = [part for part in (line.date.replace("/", " to "), line.origin) if part]
    return f", {', '.join(parts)}" if parts else ""
