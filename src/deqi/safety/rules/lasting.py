"""Whether the past of a record counts: by its code set, or by its code where a set mixes kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deqi.knowledge.tables.vocabulary import SetKind
from deqi.people.facts import SetMatch
from deqi.people.terminology.systems import plain_code
from deqi.safety.rules.semantics import Lasting

_REFINED: Mapping[str, tuple[str, ...]] = {"icd10": ("icd10", "icd10cm")}
_EXACT = frozenset({"snomed", "rxnorm"})


class LastingOf:
    """The kinds of the sets, ready to be asked about a match."""

    def __init__(self, rows: Iterable[SetKind]) -> None:
        self._of_set: dict[str, Lasting] = {}
        self._of_code: dict[str, dict[tuple[str, str], Lasting]] = {}
        for row in rows:
            if row.code:
                key = (row.system, plain_code(row.system, row.code))
                self._of_code.setdefault(row.set, {})[key] = row.lasting
            else:
                self._of_set[row.set] = row.lasting

    def of_set(self, name: str) -> Lasting:
        """The kind of a set; one without a kind is taken as several things that come and go."""
        return self._of_set.get(name, "episodic")

    def of(self, match: SetMatch) -> Lasting:
        """The kind of what was matched: the longest code that it lies below, else that of its set."""
        codes = self._of_code.get(match.set)
        if codes is None or not match.code:
            return self.of_set(match.set)
        for system in _REFINED.get(match.system, (match.system,)):
            plain = plain_code(system, match.code)
            shortest = len(plain) if system in _EXACT else 1
            for length in range(len(plain), shortest - 1, -1):
                found = codes.get((system, plain[:length]))
                if found is not None:
                    return found
        return self.of_set(match.set)
