"""What the compiled rules need to know of the catalog: which leaves and questions are in use, and their places."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

import pyarrow as pa

from deqi.knowledge.leaves import PLAN_LEAVES, Answer, AnyLeaf, Coded, Gestation, Medication, Observation, Recorded
from deqi.knowledge.thresholds import thresholds
from deqi.people.facts import KINDS, Kind
from deqi.safety.evaluate.applies import ON_RECORD
from deqi.safety.evaluate.recorded import alarm_days, open_at_most
from deqi.safety.rules.catalog import Catalog, CompiledRule, leaf_numbers
from deqi.screening.sql.bits import Numbering, word_and_mask
from deqi.screening.sql.marks import ANY_KIND, meanings

MARKED = (Recorded, Medication, Observation, Coded, Gestation)
"""Leaves about facts: each fact is marked by what it says to them."""

LISTED: tuple[Kind, ...] = ("condition", "medication", "procedure", "device", "allergy")
"""Kinds whose silence may mean absence."""

_PLACE = [("word", pa.int16()), ("mask", pa.int64())]


@dataclasses.dataclass(frozen=True)
class Layout:
    """The rules that need no plan, the leaves they use, and the flags' places.

    ``planned`` are leaves about a plan among them.
    ``leaves``: by the leaf's number in the catalog. ``answered``: by question. ``answer_value``: by question and value.
    ``mentioned``: by code set. ``cleared``: by rule. ``newer``: by rule and leaf.
    ``newer_answer``: by rule and question. ``too_early``: by question and leaf. ``read_on`` is the day of reading.
    """

    catalog: Catalog
    as_of: dt.date
    rules: tuple[CompiledRule, ...]
    used: tuple[int, ...]
    planned: tuple[int, ...]
    leaves: Numbering
    answered: Numbering
    answer_value: Numbering
    mentioned: Numbering
    cleared: Numbering
    newer: Numbering
    newer_answer: Numbering
    too_early: Numbering
    read_on: dt.date

    def leaf(self, number: int) -> AnyLeaf:
        """The leaf of a number."""
        return self.catalog.leaves[number]

    def hinges(self) -> list[tuple[str | None, str | None]]:
        """The different pairs of ``ask`` and ``gate`` that the leaves in use depend on."""
        found: list[tuple[str | None, str | None]] = []
        for leaf in map(self.leaf, self.used):
            if isinstance(leaf, Answer):
                found.append((leaf.question, leaf.gate))
            elif isinstance(leaf, Recorded | Medication | Observation | Coded):
                found.append((leaf.ask, leaf.gate))
            elif isinstance(leaf, Gestation):
                found.append((leaf.ask, None))
        return list(dict.fromkeys(found))

    def border(self, days: float) -> dt.date:
        """The first day of a window."""
        return self.as_of - dt.timedelta(days=days)

    def constants(self) -> dict[str, pa.Table]:
        """The small tables that the facts and answers are joined with."""
        stale = self.border(thresholds().stale_active_days)
        lately = self.border(thresholds().alarm_days)
        day = {"today": self.as_of, "read_on": self.read_on, "stale_before": stale, "lately": lately}
        return {
            "k_day": pa.Table.from_pylist([day], pa.schema([(name, pa.date32()) for name in day])),
            "k_recorded": self._recorded(),
            "k_measured": self._measured(),
            "k_coded": self._coded(),
            "k_means": meanings(),
            "k_implied": self._implied(),
            "k_doubting": pa.table(
                {
                    "place": pa.array(range(len(self.leaves)), pa.int16()),
                    "leaf": pa.array(list(self.leaves), pa.int16()),
                }
            ),
            "k_weeks": self._weeks(),
            "k_newer_answer": _table(
                {"question": pa.string(), "by": pa.string()},
                ((key, self._clearance(key[0])[0], key[1]) for key in self.newer_answer),
                self.newer_answer,
            ),
            "k_too_early": _table(
                {"question": pa.string(), "leaf": pa.int16()}, ((key, *key) for key in self.too_early), self.too_early
            ),
            "k_mentioned": _table({"set": pa.string()}, ((key, key) for key in self.mentioned), self.mentioned),
            "k_answered": _table({"question": pa.string()}, ((key, key) for key in self.answered), self.answered),
            "k_answer_value": _table(
                {"question": pa.string(), "text": pa.string()}, _same(self.answer_value), self.answer_value
            ),
            "k_cleared": _table(
                {"question": pa.string(), "border": pa.date32()},
                ((name, *self._clearance(name)) for name in self.cleared),
                self.cleared,
            ),
            "k_newer": _table(
                {"question": pa.string(), "leaf": pa.int16()},
                ((key, self._clearance(key[0])[0], key[1]) for key in self.newer),
                self.newer,
            ),
        }

    def _clearance(self, rule: str) -> tuple[str, dt.date]:
        clearance = next(one.rule.clearance for one in self.rules if one.rule.id == rule)
        assert clearance is not None
        return clearance.question, self.border(clearance.days)

    def _recorded(self) -> pa.Table:
        rows = []
        for number in self.leaves:
            leaf = self.leaf(number)
            if not isinstance(leaf, Recorded | Medication):
                continue
            days = None if leaf.within_days is None else self.catalog.value(leaf.within_days)
            open_days = open_at_most(leaf.set) if isinstance(leaf, Recorded) else None
            alarmed_since = self.border(alarm_days(leaf.set))
            read = (*leaf.kinds, ANY_KIND) if isinstance(leaf, Recorded) else ("medication", ANY_KIND)
            others = [kind for kind in KINDS if kind not in read] if isinstance(leaf, Recorded) else []
            for kind in (*read, *others):
                word, mask = word_and_mask(self.leaves.index(number))
                rows.append(
                    {
                        "leaf": number,
                        "set": leaf.set,
                        "of_kind": kind,
                        "read": kind in read,
                        "medicine": isinstance(leaf, Medication),
                        "ever": isinstance(leaf, Recorded) and leaf.ever,
                        "border": None if days is None else self.border(days),
                        "open_since": None if open_days is None else self.border(open_days),
                        "alarm_since": alarmed_since,
                        "word": word,
                        "mask": mask,
                    }
                )
        return pa.Table.from_pylist(
            rows,
            pa.schema(
                [
                    ("leaf", pa.int16()),
                    ("set", pa.string()),
                    ("of_kind", pa.string()),
                    ("read", pa.bool_()),
                    ("medicine", pa.bool_()),
                    ("ever", pa.bool_()),
                    ("border", pa.date32()),
                    ("open_since", pa.date32()),
                    ("alarm_since", pa.date32()),
                    *_PLACE,
                ]
            ),
        )

    def _measured(self) -> pa.Table:
        rows = []
        for number in self.leaves:
            leaf = self.leaf(number)
            if not isinstance(leaf, Observation):
                continue
            kind = self.catalog.observations[leaf.observation]
            low, high = leaf.value if isinstance(leaf.value, tuple) else (self.catalog.value(leaf.value), None)
            word, mask = word_and_mask(self.leaves.index(number))
            rows.append(
                {
                    "leaf": number,
                    "set": leaf.observation,
                    "op": leaf.op,
                    "limit": low,
                    "below": high,
                    "to": leaf.unit,
                    "kind_unit": kind.unit,
                    "plausible_low": kind.plausible_low,
                    "plausible_high": kind.plausible_high,
                    "border": self.border(self.catalog.value(leaf.within_days)),
                    "ask": leaf.ask,
                    "word": word,
                    "mask": mask,
                }
            )
        names = ("limit", "below", "plausible_low", "plausible_high")
        return pa.Table.from_pylist(
            rows,
            pa.schema(
                [
                    ("leaf", pa.int16()),
                    *((name, pa.string()) for name in ("set", "op", "to", "kind_unit", "ask")),
                    *((name, pa.float64()) for name in names),
                    ("border", pa.date32()),
                    *_PLACE,
                ]
            ),
        )

    def _implied(self) -> pa.Table:
        rows = [
            {"set": name, **dict(zip(("word", "mask"), word_and_mask(self.answered.index(question)), strict=True))}
            for name, questions in self.catalog.implied_by.items()
            for question in sorted(questions)
        ]
        return pa.Table.from_pylist(rows, pa.schema([("set", pa.string()), *_PLACE]))

    def _weeks(self) -> pa.Table:
        rows = []
        for number in self.leaves:
            leaf = self.leaf(number)
            if isinstance(leaf, Gestation):
                low, high = leaf.value if isinstance(leaf.value, tuple) else (leaf.value, None)
                word, mask = word_and_mask(self.leaves.index(number))
                rows.append(
                    {
                        "leaf": number,
                        "op": leaf.op,
                        "limit": low,
                        "below": high,
                        "too_long": thresholds().longest_pregnancy_days,
                        "word": word,
                        "mask": mask,
                    }
                )
        names = [("limit", pa.float64()), ("below", pa.float64()), ("too_long", pa.int64())]
        return pa.Table.from_pylist(rows, pa.schema([("leaf", pa.int16()), ("op", pa.string()), *names, *_PLACE]))

    def _coded(self) -> pa.Table:
        rows = []
        for number in self.leaves:
            leaf = self.leaf(number)
            if isinstance(leaf, Coded):
                word, mask = word_and_mask(self.leaves.index(number))
                border = self.border(self.catalog.value(leaf.within_days))
                rows.append(
                    {
                        "leaf": number,
                        "set": leaf.observation,
                        "value_set": leaf.set,
                        "denied_by": leaf.denied_by,
                        "border": border,
                        "word": word,
                        "mask": mask,
                    }
                )
        text = [(name, pa.string()) for name in ("set", "value_set", "denied_by")]
        names = [("leaf", pa.int16()), *text, ("border", pa.date32())]
        return pa.Table.from_pylist(rows, pa.schema([*names, *_PLACE]))


def lay_out(catalog: Catalog, as_of: dt.date, read_on: dt.date | None = None) -> Layout:
    """Find the places of everything the rules without a plan look at."""
    rules = tuple(one for one in catalog.rules if one.rule.stage != "plan")
    used = tuple(dict.fromkeys(number for one in rules for number in leaf_numbers(one.trigger)))
    answer_value = Numbering()
    answered = Numbering(catalog.questions)
    for number in used:
        leaf = catalog.leaves[number]
        if isinstance(leaf, Answer):
            for value in leaf.among:
                answer_value.index((leaf.question, value))
    mentioned = Numbering()
    for terms in catalog.applies.values():
        for option in (option for term in terms for option in term):
            if option.kind == "answer":
                for value in option.values:
                    answer_value.index((option.name, value))
            elif option.kind in ON_RECORD:
                mentioned.index(option.name)
    clearing = [one for one in rules if one.rule.clearance is not None]
    newer = Numbering(
        (one.rule.id, number)
        for one in clearing
        for number in leaf_numbers(one.trigger)
        if isinstance(catalog.leaves[number], MARKED)
    )
    return Layout(
        catalog=catalog,
        as_of=as_of,
        rules=rules,
        used=tuple(number for number in used if not isinstance(catalog.leaves[number], PLAN_LEAVES)),
        planned=tuple(number for number in used if isinstance(catalog.leaves[number], PLAN_LEAVES)),
        leaves=Numbering(number for number in used if isinstance(catalog.leaves[number], MARKED)),
        answered=answered,
        answer_value=answer_value,
        mentioned=mentioned,
        cleared=Numbering(one.rule.id for one in clearing),
        newer=newer,
        newer_answer=Numbering(
            (one.rule.id, question)
            for one in clearing
            for number in leaf_numbers(one.trigger)
            if (question := asked_by(catalog.leaves[number])) is not None
        ),
        too_early=Numbering(
            (question, number)
            for number in used
            if isinstance(leaf := catalog.leaves[number], Recorded | Medication | Coded)
            for question in (leaf.ask, leaf.gate)
            if question is not None
        ),
        read_on=max(as_of, read_on or as_of),
    )


def asked_by(leaf: AnyLeaf) -> str | None:
    """The question that a leaf puts first of all."""
    if isinstance(leaf, Answer):
        return leaf.question
    return leaf.ask if isinstance(leaf, MARKED) else None


def _same(places: Numbering) -> Iterable[tuple[object, ...]]:
    return ((key, *key) for key in places)


def _table(columns: dict[str, pa.DataType], rows: Iterable[tuple[object, ...]], places: Numbering) -> pa.Table:
    """Rows of (key, cells ...) with the place of the key."""
    made = []
    for key, *cells in rows:
        word, mask = word_and_mask(places.index(key))
        made.append({**dict(zip(columns, cells, strict=True)), "word": word, "mask": mask})
    return pa.Table.from_pylist(made, pa.schema([*columns.items(), *_PLACE]))
