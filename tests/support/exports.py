"""Exports with everything in them that exports have: all ways to code, date and refer, and all sorts of faults."""

from __future__ import annotations

import copy
import gzip
import json
import random
from pathlib import Path
from typing import Any

from deqi.knowledge.tables.vocabulary import Code
from deqi.people.terminology.systems import SYSTEMS

Resource = dict[str, Any]
KINDS = ("Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationAdministration",
         "Observation", "Procedure")  # fmt: skip
_ADDRESSES = {short: address for address, short in reversed(SYSTEMS.items())}
_SYSTEMS = {"Condition": "snomed", "AllergyIntolerance": "rxnorm", "Observation": "loinc", "Procedure": "snomed"}
_DATES = ("2026-11-20T08:30:00+01:00", "2026-11-20T08:30:00.125Z", "2025-06-01", "2024-02", "2019", "2026-11-24",
          "2027-01-01", "1899-05-05", "not a date", "", "2026-02-30", "2026-11-20T08:30:00")  # fmt: skip
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_TOO_LARGE = 123456789e5
"""Written as 1e999."""
_STU3 = "http://hl7.org/fhir/3.0/StructureDefinition/x"


class Export:
    """Some persons' resources, by a seed."""

    def __init__(self, codes: list[Code], seed: int, odd: float) -> None:
        self._random, self._odd = random.Random(seed), odd
        self._codes = {
            kind: self._random.sample([one for one in codes if one.system == _SYSTEMS.get(kind, "rxnorm")], 6)
            for kind in KINDS
        }
        self._number = 0

    def resources(self, persons: int, each: int) -> list[Resource]:
        """Patients, medicines, and so many resources of each type a person."""
        found: list[Resource] = []
        for person in range(persons):
            patient: Resource = {"resourceType": "Patient", "id": f"p{person}"}
            patient |= self._some(gender=("female", "male", "other"), birthDate=("1950-01-01", "1961", "x"))
            found.append(patient)
        for number in range(4):
            found.append({"resourceType": "Medication", "id": f"m{number}", "code": self._concept("MedicationRequest")})
        for person in range(persons):
            for kind in KINDS:
                for _ in range(each):
                    found.append(self._resource(kind, f"Patient/p{person}"))
                    if self._random.random() < self._odd:
                        found.append(self._again(found[-1]))
        return found

    def _again(self, resource: Resource) -> Resource:
        """The same once more, as it was or changed."""
        more = copy.deepcopy(resource)
        if self._random.random() < 0.5:
            more["status" if "status" in more else "recordedDate"] = "2020"
        return more

    def _pick(self, *options: Any) -> Any:
        return self._random.choice(options)

    def _some(self, **options: tuple[Any, ...]) -> Resource:
        """Each of some elements, or not."""
        return {name: self._pick(*values) for name, values in options.items() if self._random.random() < 0.6}

    def _concept(self, kind: str) -> Resource:
        code = self._pick(*self._codes[kind])
        coding = {"system": _ADDRESSES[code.system], "code": code.code, "display": code.display}
        other = {"system": "http://snomed.info/sct", "code": self._pick("990001", "990002"), "display": "Another thing"}
        return self._pick(
            {"coding": [coding], "text": code.display},
            {"coding": [coding]},
            {"coding": [other]},
            {"coding": [other, coding], "text": "left side"},
            {"text": code.display},
            {"coding": [other], "text": "Something else"},
        )

    def _period(self) -> Resource:
        return self._some(start=_DATES, end=_DATES)

    def _resource(self, kind: str, person: str) -> Resource:
        self._number += 1
        one: Resource = {"resourceType": kind}
        if self._random.random() < 0.95:
            one["id"] = f"r{self._number}"
        one["patient" if kind == "AllergyIntolerance" else "subject"] = {"reference": person, "display": "x"}
        one["encounter"] = {"reference": "Encounter/1"}
        one |= getattr(self, f"_{kind}")()
        if self._random.random() < self._odd:
            self._spoil(one)
        items = list(one.items())
        self._random.shuffle(items)
        return dict(items)

    def _Condition(self) -> Resource:  # noqa: N802
        status = {"coding": [{"system": _CLINICAL, "code": self._pick("active", "resolved", "inactive")}]}
        sure = {"coding": [{"code": self._pick("confirmed", "confirmed", "refuted", "entered-in-error")}]}
        one = {"code": self._concept("Condition"), "clinicalStatus": status, "verificationStatus": sure}
        one |= self._pick(
            {}, {"onsetDateTime": self._pick(*_DATES)}, {"onsetPeriod": self._period()},
            {"onsetDateTime": self._pick(*_DATES), "onsetPeriod": self._period()},
        )  # fmt: skip
        one |= self._pick({}, {}, {"abatementDateTime": self._pick(*_DATES)}, {"abatementPeriod": self._period()})
        return one | self._some(recordedDate=_DATES)

    def _AllergyIntolerance(self) -> Resource:  # noqa: N802
        one = {"code": self._concept("AllergyIntolerance")}
        one["clinicalStatus"] = {"coding": [{"code": self._pick("active", "resolved")}]}
        one |= self._pick({}, {"onsetDateTime": self._pick(*_DATES)}, {"onsetPeriod": self._period()})
        return one | self._some(recordedDate=_DATES)

    def _medicine(self) -> Resource:
        reference = self._pick("Medication/m0", "Medication/m1", "Medication/m2", "Medication/gone", "#m")
        return self._pick(
            {"medicationCodeableConcept": self._concept("MedicationRequest")},
            {"medicationCodeableConcept": self._concept("MedicationRequest")},
            {"medicationReference": {"reference": reference}},
            {"medicationReference": {"reference": "Medication/m3", "display": "warfarin"}},
            {"medicationReference": {"display": "warfarin 3 mg"}},
        )

    def _MedicationRequest(self) -> Resource:  # noqa: N802
        one: Resource = {"status": self._pick("active", "stopped", "completed", "entered-in-error", "wrong")}
        one["intent"] = self._pick("order", "order", "order", "proposal")
        return one | self._medicine() | self._some(authoredOn=_DATES, doNotPerform=(True, False))

    def _MedicationStatement(self) -> Resource:  # noqa: N802
        one: Resource = {"status": self._pick("active", "completed", "not-taken")} | self._medicine()
        one |= self._pick({}, {"effectiveDateTime": self._pick(*_DATES)}, {"effectivePeriod": self._period()})
        return one | self._some(dateAsserted=_DATES)

    def _MedicationAdministration(self) -> Resource:  # noqa: N802
        one: Resource = {"status": self._pick("completed", "in-progress", "not-done")} | self._medicine()
        return one | self._pick({"effectiveDateTime": self._pick(*_DATES)}, {"effectivePeriod": self._period()})

    def _value(self) -> Resource:
        quantity = {"value": self._pick(1, 7.5, -3, 1e3), "unit": " mg/dL ", "code": self._pick("mg/dL", "%")}
        return self._pick(
            {"valueQuantity": quantity | {"system": "http://unitsofmeasure.org"}},
            {"valueQuantity": quantity},
            {"valueQuantity": {"value": 12, "unit": "10*9/L"}},
            {"valueQuantity": quantity | {"comparator": self._pick("<", ">=", "~")}},
            {"valueQuantity": {"unit": "mg"}},
            {"valueCodeableConcept": self._concept("Condition")},
            {"valueString": self._pick("positive", "")},
            {"valueBoolean": self._pick(True, False)},
            {"valueInteger": 0},
            {},
        )

    def _Observation(self) -> Resource:  # noqa: N802
        one = {"status": self._pick("final", "final", "preliminary", "cancelled"), "code": self._concept("Observation")}
        one |= self._value() | self._some(issued=_DATES)
        if self._random.random() < 0.1:
            one["component"] = [{"code": self._concept("Observation")} | self._value() for _ in range(2)]
        return one | self._pick(
            {}, {"effectiveDateTime": self._pick(*_DATES)}, {"effectiveInstant": _DATES[0]},
            {"effectivePeriod": self._period()},
        )  # fmt: skip

    def _Procedure(self) -> Resource:  # noqa: N802
        one = {"status": self._pick("completed", "in-progress", "not-done"), "code": self._concept("Procedure")}
        if self._random.random() < 0.2:
            one["bodySite"] = [{"text": self._pick("left knee", "neck", "right hand")}]
        return one | self._pick(
            {}, {"performedDateTime": self._pick(*_DATES)}, {"performedPeriod": self._period()},
            {"performedDateTime": "x", "performedPeriod": self._period()},
        )  # fmt: skip

    def _spoil(self, one: Resource) -> None:
        whose = "patient" if one["resourceType"] == "AllergyIntolerance" else "subject"
        self._pick(
            lambda: one.update(status=5, clinicalStatus="active"),
            lambda: one.pop(whose),
            lambda: one.update(code={"coding": "x"}, medicationCodeableConcept={"coding": "x"}),
            lambda: one.update(code={}, medicationCodeableConcept={}),
            lambda: one.update(modifierExtension=[{"url": "x"}]),
            lambda: one.update(contained=[{"resourceType": "Patient", "id": "p"}], **{whose: {"reference": "#p"}}),
            lambda: one.update(contained=[], implicitRules=None),
            lambda: one.update(id=self._pick(f'quo"te{self._number}', "", 7)),
            lambda: one.update(recordedDate=5, effectiveDateTime=[], authoredOn={}),
            lambda: one.update(onsetPeriod="x", effectivePeriod=[], performedPeriod={"start": 1}),
            lambda: one.update(
                valueQuantity=self._pick(
                    {"value": "x"},
                    {"value": 1, "unit": 3},
                    [],
                    {"value": _TOO_LARGE},
                    {"value": 10**25, "unit": "%"},
                    {"value": 1e-300},
                )
            ),
            lambda: one.update(
                {whose: self._pick({"reference": "Group/1"}, {"reference": "http://a.b/Patient/p1"}, 3)}
            ),
            lambda: one.update({whose: {"reference": "Patient/nobody"}}),
            lambda: one.update(meta={"profile": [self._pick(_STU3, "http://hl7.org/fhir/us/core/x")]}),
            lambda: one.update(recordedDate="2020\\n", issued="20\u00e9"),
            lambda: one.update(valueInteger=1.5, valueBoolean="x"),
            lambda: one.update(bodySite=None, component=None, dosage=None),
            lambda: one.update(resourceType=self._pick("Encounter", "Nonsense")),
        )()


def _written(what: Resource, indent: int | None = None) -> str:
    return json.dumps(what, indent=indent).replace(str(_TOO_LARGE), "1e999")


def as_ndjson(resources: list[Resource], folder: Path) -> None:
    """One file a type, as bulk exports are."""
    for kind in {one["resourceType"] for one in resources}:
        lines = [_written(one) for one in resources if one["resourceType"] == kind]
        (folder / f"{kind}.ndjson").write_text("\n".join(lines) + "\n")


def as_one_file(resources: list[Resource], folder: Path) -> None:
    """All types in one packed file, with an empty line and one that is no JSON."""
    lines = [_written(one) for one in resources]
    lines[3:3] = ["", "{no json"]
    (folder / "all.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode()))


def as_bundles(resources: list[Resource], folder: Path) -> None:
    """Bundles of several shapes: addresses of a server or none, indented or not, one inside another."""
    size = 1 + len(resources) // 5
    for number in range(5):
        some = resources[number * size : (number + 1) * size]
        base = ("", "http://example.org/fhir/", "urn:uuid:")[number % 3]
        entries = [
            {"resource": one} | ({"fullUrl": f"{base}{one['resourceType']}/{one.get('id')}"} if base else {})
            for one in some
        ]
        if number == 3:
            inner = {"resourceType": "Bundle", "type": "collection", "entry": entries[:4]}
            # One of them stands outside, too.
            ids = [one.get("id") for one in resources]
            once = [one for one in entries[:4] if ids.count(one["resource"].get("id")) == 1]
            entries = [
                {"resource": inner},
                *once[:1],
                *entries[4:],
                {"search": {"mode": "outcome"}, "resource": some[0]},
                {},
            ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        (folder / f"{number}.json").write_text(_written(bundle, indent=number % 2 or None))
