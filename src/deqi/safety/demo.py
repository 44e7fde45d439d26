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
from deqi.people.systems import SYSTEMS
from deqi.safety.catalog import Branch, Catalog
from deqi.safety.gestation import WEEKS_QUESTION

Resource = dict[str, Any]

ADDRESSES = {short: address for address, short in reversed(SYSTEMS.items())}
UCUM = "http://unitsofmeasure.org"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_PREFERRED = ("snomed", "rxnorm", "loinc", "icd10cm", "atc", "icd10", "hl7")
_EVERYDAY = ("diabetes", "neuropathy-diabetic", "neuropathy-other")
"""Sets of which an ordinary visitor of ours may well be a member."""


@dataclasses.dataclass
class _Chart:
    """One person while being made."""

    number: int
    female: bool
    birth: dt.date
    resources: list[Resource] = dataclasses.field(default_factory=list)
    answers: dict[str, str | float] = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"demo-{self.number:07d}"

    def add(self, kind: str, **fields: Any) -> None:
        who = "patient" if kind in ("AllergyIntolerance", "Device") else "subject"
        place = len(self.resources)
        self.resources.append(
            {"resourceType": kind, "id": f"{self.id}-{place}", who: {"reference": f"Patient/{self.id}"}, **fields}
        )


class Demo:
    """Makes people for one day; the same seed makes the same people."""

    def __init__(self, catalog: Catalog, codes: tuple[Code, ...], as_of: dt.date, seed: int = 1) -> None:
        self._catalog = catalog
        self._as_of = as_of
        self._random = random.Random(seed)
        self._codes: dict[str, list[Code]] = {}
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
        for place in range(number):
            yield self._person(place)

    def _person(self, place: int) -> list[Resource]:
        pick = self._random
        age = pick.randint(35, 85)
        chart = _Chart(place + 1, pick.random() < 0.5, self._day(age * 365 + pick.randint(0, 364)))
        for name in _EVERYDAY:
            if name in self._codes and pick.random() < 0.4:
                self._on_record(chart, name, "condition", self._day(pick.randint(400, 4000)))
        self._results(chart)
        self._fire(chart, self._rules[place % len(self._rules)].trigger)
        if chart.answers:
            self._respond(chart)
        patient = {
            "resourceType": "Patient",
            "id": chart.id,
            "gender": "female" if chart.female else "male",
            "birthDate": chart.birth.isoformat(),
        }
        return [patient, *chart.resources]

    def _day(self, days: int) -> dt.date:
        return self._as_of - dt.timedelta(days=days)

    def _results(self, chart: _Chart) -> None:
        """Results such as anybody has, far from every limit."""
        for name, value in (("systolic-bp", 128.0), ("diastolic-bp", 78.0), ("platelet-count", 240.0), ("bmi", 26.0)):
            if name in self._codes and name in self._catalog.observations and self._random.random() < 0.5:
                spread = value * self._random.uniform(-0.08, 0.08)
                unit = self._catalog.observations[name].unit
                self._result(chart, name, round(value + spread, 1), unit, self._day(self._random.randint(40, 400)))

    def _fire(self, chart: _Chart, node: Branch | int) -> None:
        """Give the person all that makes a node yes; of alternatives, any one."""
        if isinstance(node, int):
            self._leaf(chart, self._catalog.leaves[node])
            return
        children = list(node.children)
        if not node.every:
            children = [self._random.choice(children)]
        for child in children:
            self._fire(chart, child)

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
            case Age():
                limit = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
                years = limit - 1 if leaf.op in ("<", "<=") else max(limit, 40.0)
                chart.birth = self._day(int(years * 365.25) + 30)
            case Sex():
                chart.female = "female" in leaf.among
            case _:
                raise TypeError(f"a leaf about a plan: {type(leaf).__name__}")

    def _within(self, days: str | float | None, most: int) -> int:
        """A number of days ago that lies in a leaf's window."""
        return self._random.randint(1, most) if days is None else min(most, int(self._catalog.value(days)) // 2)

    def _concept(self, name: str) -> Resource:
        """A code of a set, with its display; the name where the set lists none."""
        codes = self._codes.get(name)
        if not codes:
            return {"text": self._catalog.index.sets[name].names[0]}
        system = codes[0].system
        code = self._random.choice([one for one in codes if one.system == system])
        coding = {"system": ADDRESSES.get(code.system, code.system), "code": code.code, "display": code.display}
        return {"coding": [coding], "text": code.display}

    def _on_record(self, chart: _Chart, name: str, kind: str, day: dt.date) -> None:
        code, on = self._concept(name), day.isoformat()
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
            code=self._concept(name),
            effectiveDateTime=day.isoformat(),
            valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit},
        )

    def _coded(self, chart: _Chart, leaf: Coded) -> None:
        chart.add(
            "Observation",
            status="final",
            code=self._concept(leaf.observation),
            effectiveDateTime=self._day(self._within(leaf.within_days, 20)).isoformat(),
            valueCodeableConcept=self._concept(leaf.set),
        )

    def _respond(self, chart: _Chart) -> None:
        items = [{"linkId": name, "answer": [_answer(value)]} for name, value in chart.answers.items()]
        chart.add("QuestionnaireResponse", status="completed", authored=self._as_of.isoformat(), item=items)


def _status(system: str) -> Resource:
    return {"coding": [{"system": system, "code": "active"}]}


def _answer(value: str | float) -> Resource:
    if isinstance(value, float | int):
        return {"valueDecimal": value}
    return {"valueBoolean": value == "yes"} if value in ("yes", "no") else {"valueCoding": {"code": value}}
