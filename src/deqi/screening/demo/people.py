"""Made-up people as FHIR R4 resources, whose charts between them fire every rule that needs no plan.

Everything in them comes from the knowledge: codes with their displays, limits, windows, questions. Each person has a
few ordinary findings, and is made to fire one rule, the next person the next rule.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from deqi.knowledge.leaves import Age, Answer, AnyLeaf, Coded, Gestation, Medication, Observation, Recorded, Sex
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.terminology.systems import SYSTEMS
from deqi.safety.evaluate.gestation import WEEKS_QUESTION
from deqi.safety.rules.catalog import Branch, Catalog

Resource = dict[str, Any]

ADDRESSES = {short: address for address, short in reversed(SYSTEMS.items())}
UCUM = "http://unitsofmeasure.org"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_PREFERRED = ("snomed", "rxnorm", "loinc", "icd10cm", "atc", "icd10", "hl7")
_EVERYDAY = ("diabetes", "neuropathy-diabetic", "neuropathy-other-poly")
"""Sets of which an ordinary visitor of ours may well be a member."""
_AGES = (35.0, 85.0)
_ADULT = 18.0
_PREGNANT = ("pregnan", "puerperi")
_WOMEN = ("ovary", "cervix", "uterus")
_MEN = ("prostate", "testis")
"""Words in displays of codes that only some people can have."""


@dataclasses.dataclass(frozen=True)
class _Whom:
    """Whom a rule can be about: a sex, and ages from ``low`` to below ``high``."""

    female: bool | None
    low: float
    high: float

    @property
    def bearing(self) -> bool:
        """Whether only women of an age to bear children are meant."""
        return self.female is True and self.high < _AGES[1]


@dataclasses.dataclass
class _Chart:
    """One person while being made."""

    number: int
    female: bool
    birth: dt.date
    bearing: bool = False
    resources: list[Resource] = dataclasses.field(default_factory=list)
    answers: dict[str, str | float] = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"demo-{self.number:07d}"

    def add(self, kind: str, **fields: Any) -> None:
        who = "patient" if kind in ("AllergyIntolerance", "Device") else "subject"
        index = len(self.resources)
        self.resources.append(
            {"resourceType": kind, "id": f"{self.id}-{index}", who: {"reference": f"Patient/{self.id}"}, **fields}
        )


class Demo:
    """Makes people for one day; the same seed makes the same people."""

    def __init__(self, catalog: Catalog, codes: tuple[Code, ...], as_of: dt.date, seed: int = 1) -> None:
        self._catalog = catalog
        self._as_of = as_of
        self._random = random.Random(seed)
        self._codes: dict[str, list[Code]] = {}
        self._suiting: dict[tuple[str, bool, bool], list[Code]] = {}
        for code in codes:
            self._codes.setdefault(code.set, []).append(code)
        for of in self._codes.values():
            of.sort(key=lambda code: _PREFERRED.index(code.system) if code.system in _PREFERRED else len(_PREFERRED))
        self._rules = [one for one in catalog.rules if one.rule.stage != "plan" and not one.needs_plan]

    @property
    def rules(self) -> int:
        """How many people it takes to fire every rule."""
        return len(self._rules)

    def people(self, number: int) -> Iterator[list[Resource]]:
        """So many people, each as a list of resources that begins with the Patient."""
        for index in range(number):
            yield self._person(index)

    def _person(self, index: int) -> list[Resource]:
        pick = self._random
        leaves = list(self._chosen(self._rules[index % len(self._rules)].trigger))
        whom = self._whom(leaves)
        lived = pick.randint(int(whom.low * 365.25) + 1, int(whom.high * 365.25) - 1)
        female = pick.random() < 0.5
        chart = _Chart(index + 1, female if whom.female is None else whom.female, self._day(lived))
        if lived > _ADULT * 365.25:
            for name in _EVERYDAY:
                if name in self._codes and pick.random() < 0.4:
                    self._on_record(chart, name, "condition", self._day(pick.randint(400, 4000)))
            self._results(chart)
        chart.bearing = whom.bearing
        for leaf in leaves:
            self._leaf(chart, leaf)
        if chart.answers:
            self._respond(chart)
        patient = {
            "resourceType": "Patient",
            "id": chart.id,
            "gender": "female" if chart.female else "male",
            "birthDate": chart.birth.isoformat(),
        }
        return [patient, *chart.resources]

    def _chosen(self, node: Branch | int) -> Iterator[AnyLeaf]:
        """The leaves that make a node yes; of alternatives, any one."""
        if isinstance(node, int):
            yield self._catalog.leaves[node]
            return
        for child in node.children if node.every else (self._random.choice(node.children),):
            yield from self._chosen(child)

    def _whom(self, leaves: list[AnyLeaf]) -> _Whom:
        """Of what sex and age somebody must be for all these leaves, and for the questions that they ask."""
        sexes: set[str] = {leaf.among[0] for leaf in leaves if isinstance(leaf, Sex)}
        limits: list[tuple[str, float]] = []
        for leaf in leaves:
            if isinstance(leaf, Age):
                if isinstance(leaf.value, tuple):
                    limits += zip((">=", "<"), leaf.value, strict=True)
                else:
                    limits.append((leaf.op, leaf.value))
        for question in {name for leaf in leaves for name in self._asked(leaf)}:
            for term in self._catalog.applies.get(question, ()):
                if len(term) == 1 and term[0].kind == "sex":
                    sexes.add(term[0].name)
                elif len(term) == 1 and term[0].kind == "age":
                    limits.append((term[0].op, term[0].limit))
        low, high = _AGES
        least = [limit for op, limit in limits if op.startswith(">")]
        most = [limit for op, limit in limits if op.startswith("<")]
        if most:
            # Well inside the limit: nobody is pregnant at 55.
            low = max([*least, _ADULT if min(most) > _ADULT else 0.0])
            high = min(most) - (min(most) - low) / 4
        elif least:
            low = max(low, *least)
        return _Whom(None if not sexes else "female" in sexes, low, high)

    def _asked(self, leaf: AnyLeaf) -> Iterator[str]:
        """The questions of a leaf, with all that these hang on."""
        for name in (getattr(leaf, field, None) for field in ("ask", "gate", "question")):
            if name is not None:
                yield name
                if name in self._catalog.depends_on:
                    yield from self._catalog.depends_on[name].questions

    def _day(self, days: int) -> dt.date:
        return self._as_of - dt.timedelta(days=days)

    def _results(self, chart: _Chart) -> None:
        """Results such as anybody has, far from every limit."""
        for name, value in (("systolic-bp", 128.0), ("diastolic-bp", 78.0), ("platelet-count", 240.0), ("bmi", 26.0)):
            if name in self._codes and name in self._catalog.observations and self._random.random() < 0.5:
                spread = value * self._random.uniform(-0.08, 0.08)
                unit = self._catalog.observations[name].unit
                self._result(chart, name, round(value + spread, 1), unit, self._day(self._random.randint(40, 400)))

    def _leaf(self, chart: _Chart, leaf: AnyLeaf) -> None:
        match leaf:
            case Recorded():
                kind = self._catalog.index.sets[leaf.set].kind
                kind = kind if kind in leaf.kinds else leaf.kinds[0]
                self._on_record(chart, leaf.set, kind, self._day(self._within(leaf.within_days, 60)))
            case Medication():
                self._on_record(chart, leaf.set, "medication", self._day(self._within(leaf.within_days, 20)))
            case Observation():
                limit = leaf.value[0] if isinstance(leaf.value, tuple) else self._catalog.value(leaf.value)
                value = {"<": limit * 0.9, ">": limit * 1.1}.get(leaf.op, limit)
                self._result(chart, leaf.observation, round(value, 2), leaf.unit, self._as_of)
            case Coded():
                self._coded(chart, leaf)
            case Gestation():
                weeks = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
                chart.answers[WEEKS_QUESTION] = weeks - 2 if leaf.op in ("<", "<=") else weeks + 2
            case Answer():
                chart.answers[leaf.question] = leaf.among[0]
            case Age() | Sex():
                pass  # as the person was made
            case _:
                raise TypeError(f"a leaf about a plan: {type(leaf).__name__}")

    def _within(self, days: str | float | None, most: int) -> int:
        """A number of days ago that lies in a leaf's window."""
        return self._random.randint(1, most) if days is None else min(most, int(self._catalog.value(days)) // 2)

    def _concept(self, chart: _Chart, name: str) -> Resource:
        """A code of a set that the person can have, with its display; the name where the set lists none."""
        key = name, chart.female, chart.bearing
        if key not in self._suiting:
            codes = [one for one in self._codes.get(name, ()) if _suits(one, chart)]
            self._suiting[key] = [one for one in codes if one.system == codes[0].system]
        if not self._suiting[key]:
            return {"text": self._catalog.index.sets[name].names[0]}
        code = self._random.choice(self._suiting[key])
        coding = {"system": ADDRESSES.get(code.system, code.system), "code": code.code, "display": code.display}
        return {"coding": [coding], "text": code.display}

    def _on_record(self, chart: _Chart, name: str, kind: str, day: dt.date) -> None:
        code, on = self._concept(chart, name), max(day, chart.birth).isoformat()
        if kind == "condition":
            chart.add("Condition", clinicalStatus=_status(_CLINICAL), code=code, onsetDateTime=on, recordedDate=on)
        elif kind == "procedure":
            chart.add("Procedure", status="completed", code=code, performedDateTime=on)
        elif kind == "device":
            chart.add("Device", status="active", type=code)
        elif kind == "allergy":
            chart.add("AllergyIntolerance", clinicalStatus=_status(_ALLERGY), code=code, recordedDate=on)
        else:
            chart.add(
                "MedicationRequest", status="active", intent="order", medicationCodeableConcept=code, authoredOn=on
            )

    def _result(self, chart: _Chart, name: str, value: float, unit: str, day: dt.date) -> None:
        chart.add(
            "Observation",
            status="final",
            code=self._concept(chart, name),
            effectiveDateTime=day.isoformat(),
            valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit},
        )

    def _coded(self, chart: _Chart, leaf: Coded) -> None:
        chart.add(
            "Observation",
            status="final",
            code=self._concept(chart, leaf.observation),
            effectiveDateTime=max(self._day(self._within(leaf.within_days, 20)), chart.birth).isoformat(),
            valueCodeableConcept=self._concept(chart, leaf.set),
        )

    def _respond(self, chart: _Chart) -> None:
        items = [{"linkId": name, "answer": [_answer(value)]} for name, value in chart.answers.items()]
        chart.add("QuestionnaireResponse", status="completed", authored=self._as_of.isoformat(), item=items)


def _suits(code: Code, chart: _Chart) -> bool:
    """Whether a code is one that the person can have."""
    words = code.display.casefold()
    cannot = (*(() if chart.bearing else _PREGNANT), *(_MEN if chart.female else _WOMEN))
    return not any(word in words for word in cannot)


def _status(system: str) -> Resource:
    return {"coding": [{"system": system, "code": "active"}]}


def _answer(value: str | float) -> Resource:
    if isinstance(value, float | int):
        return {"valueDecimal": value}
    return {"valueBoolean": value == "yes"} if value in ("yes", "no") else {"valueCoding": {"code": value}}
