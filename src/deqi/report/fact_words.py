"""A recorded fact, an answer and a restriction in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Region, Technique
from deqi.people.facts import Answer, Fact
from deqi.report.phrase import Phrases
from deqi.safety.document import FactLine, fact_line
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.restricted import Restricted


class Names:
    """The names of techniques, regions, sources and candidacies, and what is said with them."""

    def __init__(
        self, knowledge: Knowledge, catalog: Catalog, lines: Mapping[Fact | Answer, FactLine] | None = None
    ) -> None:
        """``lines`` are the facts as lines, where they were made before."""
        self._lines = lines or {}
        self._catalog = catalog
        self._phrases = Phrases(knowledge.texts)
        self._techniques = {row.technique: row.plain_name for row in knowledge.rows(Technique)}
        self._regions = {row.region: row.plain_name for row in knowledge.rows(Region)}
        self._cites = {row.source: row.cite for row in knowledge.rows(Source)}

    def candidacy(self, word: str) -> str:
        """A candidacy as a sentence says it."""
        return self._phrases.texts.get(f"candidacy.{word}", word.replace("-", " "))

    def cite(self, source: str) -> str:
        """A source as it is cited."""
        return self._cites.get(source, source)

    def fact(self, fact: Fact | Answer) -> str:
        """One fact in a line: what, when, where it was read."""
        line = self._lines.get(fact) or fact_line(fact, self._catalog)
        if line.kind == "answer":
            fields = {"value": _value(line), "question": line.display or line.code, "origin": _from(line)}
            return self._phrases.say("fact.answer", fields)
        code = f" ({line.system} {line.code})" if line.code else ""
        value = f" {_value(line)}" if line.value is not None else ""
        by_name = self._phrases.say("fact.by_name") if isinstance(fact, Fact) and _by_name(fact) else ""
        return f"{line.kind} {line.display or line.code}{code}{value}{_from(line)}{by_name}"

    def restrictions(self, restricts: Iterable[Restricted]) -> Iterator[str]:
        """What is left out or changed, a line each."""
        for one in restricts:
            if one.everything:
                yield self._phrases.say("fact.left.all")
            elif one.matched:
                yield self._phrases.say("fact.left.plan")
            elif one.dose:
                yield self._phrases.say("fact.left.dose")
            elif not one.advice:
                yield self._phrases.say("fact.left.part", {"what": self._what(one), "where": self._where(one)})

    def _what(self, one: Restricted) -> str:
        every = self._phrases.say("fact.every")
        names = ", ".join(_lower(self._techniques.get(name, name)) for name in one.techniques) or every
        if one.anticoagulant_avoid:
            return self._phrases.say("fact.thinned", {"names": names})
        if one.hazards:
            return self._phrases.say("fact.hazards", {"names": names, "hazards": ", ".join(one.hazards)})
        return names

    def _where(self, one: Restricted) -> str:
        places = [_lower(self._regions.get(name, name)) for name in one.regions]
        words = f" {self._phrases.say('fact.at', {'points': ', '.join(one.points)})}" if one.points else ""
        if places:
            words += f" {self._phrases.say('fact.on', {'places': ', '.join(places)})}"
        if one.within is not None:
            words += self._phrases.say("fact.within", {"region": self._regions.get(one.within, one.within)})
        if one.side != "both":
            words += self._phrases.say("fact.side", {"side": one.side})
        if one.assumed:
            words += f" {self._phrases.say('fact.assumed.both' if one.side == 'both' else 'fact.assumed')}"
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
