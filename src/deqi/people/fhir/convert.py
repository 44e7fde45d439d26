"""One FHIR resource to facts.

Each method takes a decoded resource and gives facts, or raises `MalformedError` with a reason that quotes nothing.
"""

from __future__ import annotations

import datetime as dt

from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import ANY_DAY, DateRange
from deqi.people.facts import Coding, Fact, Kind, Origin, SetMatch, Side, State
from deqi.people.fhir import statuses
from deqi.people.fhir import types as fhir
from deqi.people.fhir.elements import (
    MalformedError,
    begun,
    clinical_state,
    covered,
    ended,
    lasting,
    moment,
    number_of,
    says_two_values,
    state_of,
    status_code,
    unread_of,
)
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.hearing import Heard
from deqi.people.terminology.sites import SiteFinder, side_of_codes, side_of_text
from deqi.people.terminology.systems import SHORT, short_system

Codes = tuple[Coding, ...]
_CACHE_LIMIT = 200_000
DUE_DATE, PREGNANCY = "expected-delivery-date", "pregnancy"
"""Code sets: the date, and what it tells of."""


class About:
    """What one code, with its text, says: the codes, the one to show, what it is heard as, the region and side."""

    __slots__ = ("codes", "first", "heard", "side", "site", "text")

    def __init__(
        self, codes: Codes, text: str, heard: Heard, first: Coding, site: str | None, side: Side | None
    ) -> None:
        self.codes = codes
        self.text = text
        self.heard = heard
        self.first = first
        self.site = site
        self.side = side


class Converter:
    """Turns resources into facts with one code index and one list of regions."""

    def __init__(self, index: CodeIndex, sites: SiteFinder) -> None:
        self._index = index
        self._sites = sites
        self._codings: dict[tuple[str | None, str, str | None], Coding] = {}
        self._about: dict[tuple[Kind, Codes, str], About] = {}

    # Codes, sites, dates

    def codes_of(self, concept: fhir.Concept | None) -> tuple[Codes, str]:
        """The codings and the text of a concept; the text is a display where there is no code to it."""
        if concept is None:
            return (), ""
        codes: list[Coding] = []
        text = concept.text or ""
        for coding in concept.coding or ():
            if coding.code:
                codes.append(self._coding(coding.system, coding.code, coding.display))
            elif coding.display and not text:
                text = coding.display
        return tuple(codes), text

    def _coding(self, system: str | None, code: str, display: str | None) -> Coding:
        key = (system, code, display)
        known = self._codings.get(key)
        if known is None:
            if len(self._codings) >= _CACHE_LIMIT:
                self._codings.clear()
            known = self._codings[key] = Coding(short_system(system or ""), code, display or "")
        return known

    def about(self, kind: Kind, codes: Codes, text: str) -> About:
        """Everything the code and text alone decide; the same for everybody, so kept."""
        key = (kind, codes, text)
        known = self._about.get(key)
        if known is None:
            if not codes and not text.strip():
                raise MalformedError("no code and no text")
            if len(self._about) >= _CACHE_LIMIT:
                self._about.clear()
            known = self._about[key] = self._describe(kind, codes, text)
        return known

    def _describe(self, kind: Kind, codes: Codes, text: str) -> About:
        heard = self._index.hear(kind, codes, text)
        matched = {(found.system, found.code) for found in heard.sets if found.code}
        first = next((one for one in codes if (one.system, one.code) in matched), codes[0] if codes else Coding("", ""))
        if first.code and not first.display:
            first = Coding(first.system, first.code, self._index.display(first.system, first.code))
        said = " ; ".join([text, *(one.display for one in codes), first.display])
        site = self._sites.find_within(said) if heard.sets else None
        return About(codes, text, heard, first, site, side_of_codes(codes) or side_of_text(said))

    def place(self, sites: list[fhir.Concept] | None, about: About) -> tuple[str | None, Side | None]:
        """The region and the side of a fact: what the body sites say before what the code's words say."""
        if not sites:
            return about.site, about.side
        texts: list[str] = []
        codes: list[Coding] = []
        for site in sites:
            codings, text = self.codes_of(site)
            codes.extend(codings)
            texts.extend(filter(None, (text, *(one.display for one in codings))))
        side = side_of_codes(codes) or side_of_text(" ; ".join(texts)) or about.side
        return self._sites.find_all(texts) or about.site, side

    def fact(
        self,
        kind: Kind,
        about: About,
        origin: Origin,
        *,
        state: State,
        status: str,
        start: DateRange | None = None,
        end: DateRange | None = None,
        recorded: DateRange | None = None,
        verification: str = "",
        sites: list[fhir.Concept] | None = None,
    ) -> Fact:
        """A fact without a value."""
        site, side = self.place(sites, about)
        return Fact(
            kind=kind,
            codes=about.codes,
            system=about.first.system,
            code=about.first.code,
            display=about.first.display,
            text=about.text,
            site=site,
            side=side,
            start=start,
            end=end,
            recorded=recorded,
            state=state,
            status=status,
            verification=verification,
            origin=origin,
            sets=about.heard.sets,
            understood=about.heard.understood,
            alarms=about.heard.alarms,
            meant=about.heard.meant,
        )

    # Conditions and allergies

    def condition(self, resource: fhir.Condition, origin: Origin) -> Fact | None:
        """A condition; refuted is kept as evidence of absence, entered in error leaves nothing."""
        verification = status_code(resource.verificationStatus, statuses.VERIFICATION)
        if verification == statuses.IGNORED:
            return None
        told = bool(resource.abatementAge or resource.abatementRange or resource.abatementString)
        dated = resource.abatementDateTime is not None or resource.abatementPeriod is not None
        clinical = status_code(resource.clinicalStatus, statuses.CLINICAL)
        state = clinical_state(clinical, verification, dated or told)
        end = moment(resource.abatementDateTime) or covered(resource.abatementPeriod)
        if end is None and (dated or told) and state == "past" and not clinical:
            # An end in words ("ongoing", "at 70", a date that cannot be read) may lie on any day, or ahead.
            end = ANY_DAY
        return self.fact(
            "condition",
            self.about("condition", *self.codes_of(resource.code)),
            origin,
            state=state,
            status=clinical,
            start=moment(resource.onsetDateTime) or begun(resource.onsetPeriod),
            end=end,
            recorded=moment(resource.recordedDate),
            verification=verification,
            sites=resource.bodySite,
        )

    def allergy(self, resource: fhir.Allergy, origin: Origin) -> Fact | None:
        """An allergy or intolerance."""
        verification = status_code(resource.verificationStatus, statuses.VERIFICATION)
        if verification == statuses.IGNORED:
            return None
        clinical = status_code(resource.clinicalStatus, statuses.CLINICAL)
        return self.fact(
            "allergy",
            self.about("allergy", *self.codes_of(resource.code)),
            origin,
            state=clinical_state(clinical, verification, False),
            status=clinical,
            start=moment(resource.onsetDateTime) or begun(resource.onsetPeriod),
            recorded=moment(resource.recordedDate),
            verification=verification,
        )

    # Medicines. The code comes from the resource or from the Medication it points to.

    def request(self, resource: fhir.MedicationRequest, drug: tuple[Codes, str], origin: Origin) -> Fact | None:
        """An order. An order not to give is no fact; a proposal or plan is not begun."""
        state = state_of(resource.status, statuses.MEDICATION_REQUEST)
        if state is None or resource.doNotPerform:
            return None
        if resource.intent not in statuses.INTENTS:
            state = "unknown"
        if resource.intent in statuses.PROPOSED:
            state = "planned"
        authored = moment(resource.authoredOn)
        end = None
        if resource.status == "completed" and resource.dispenseRequest is not None:
            supply = resource.dispenseRequest
            end = lasting(authored, supply.expectedSupplyDuration, 1 + (supply.numberOfRepeatsAllowed or 0))
            state = state if end is None or state != "past" else "present"
        return self.fact(
            "medication",
            self.about("medication", *drug),
            origin,
            state=state,
            status=resource.status or "",
            start=authored,
            end=end,
            recorded=authored,
        )

    def dispense(self, resource: fhir.MedicationDispense, drug: tuple[Codes, str], origin: Origin) -> Fact | None:
        """A supply handed over: taken until it is used up, where it says how long it lasts."""
        state = state_of(resource.status, statuses.MEDICATION_DISPENSE)
        if state is None:
            return None
        given = moment(resource.whenHandedOver) or moment(resource.whenPrepared)
        end = lasting(given, resource.daysSupply)
        if state == "past" and resource.status == "completed":
            # What was handed over is being taken until it is used up; when that is may not be said.
            state = "unknown" if end is None else "present"
        return self.fact(
            "medication",
            self.about("medication", *drug),
            origin,
            state=state,
            status=resource.status or "",
            start=given,
            end=end,
            recorded=given,
        )

    def statement(self, resource: fhir.MedicationStatement, drug: tuple[Codes, str], origin: Origin) -> Fact | None:
        """What somebody said is taken."""
        state = state_of(resource.status, statuses.MEDICATION_STATEMENT)
        if state is None:
            return None
        asserted = moment(resource.dateAsserted)
        start = moment(resource.effectiveDateTime) or begun(resource.effectivePeriod)
        return self.fact(
            "medication",
            self.about("medication", *drug),
            origin,
            state=state,
            status=resource.status or "",
            start=start,
            end=ended(resource.effectivePeriod),
            recorded=asserted or start,
        )

    def administration(
        self, resource: fhir.MedicationAdministration, drug: tuple[Codes, str], origin: Origin
    ) -> Fact | None:
        """A dose given: over by itself, though the course that it belongs to may go on."""
        state = state_of(resource.status, statuses.MEDICATION_ADMINISTRATION)
        if state is None:
            return None
        when = moment(resource.effectiveDateTime)
        start = when or begun(resource.effectivePeriod)
        site = resource.dosage.site if resource.dosage else None
        end = when or ended(resource.effectivePeriod)
        if end is None and resource.status in ("completed", "stopped"):
            # Given on some day, nobody knows which.
            state = "unknown"
        return self.fact(
            "medication",
            self.about("medication", *drug),
            origin,
            state=state,
            status=resource.status or "",
            start=start,
            end=end,
            recorded=start,
            sites=[site] if site else None,
        )

    # Procedures and devices

    def procedure(self, resource: fhir.Procedure, origin: Origin) -> Fact | None:
        """A procedure; done is present for good."""
        state = state_of(resource.status, statuses.PROCEDURE)
        if state is None:
            return None
        when = moment(resource.performedDateTime)
        return self.fact(
            "procedure",
            self.about("procedure", *self.codes_of(resource.code)),
            origin,
            state=state,
            status=resource.status or "",
            start=when or begun(resource.performedPeriod),
            end=when or ended(resource.performedPeriod),
            sites=resource.bodySite,
        )

    def device_code(self, resource: fhir.Device) -> tuple[Codes, str]:
        """The type of a device, and its name where the type has no words."""
        codes, text = self.codes_of(resource.type)
        if not text and resource.deviceName:
            text = next((one.name for one in resource.deviceName if one.name), "")
        return codes, text

    def device(self, resource: fhir.Device, origin: Origin) -> Fact | None:
        """A device recorded as this person's."""
        state = state_of(resource.status or "active", statuses.DEVICE)
        if state is None:
            return None
        about = self.about("device", *self.device_code(resource))
        return self.fact("device", about, origin, state=state, status=resource.status or "")

    def device_use(self, resource: fhir.DeviceUse, device: tuple[Codes, str], origin: Origin) -> Fact | None:
        """The use of a device by a person."""
        state = state_of(resource.status, statuses.DEVICE_USE)
        if state is None:
            return None
        when = moment(resource.timingDateTime)
        return self.fact(
            "device",
            self.about("device", *device),
            origin,
            state=state,
            status=resource.status or "",
            start=when or begun(resource.timingPeriod),
            end=ended(resource.timingPeriod),
            recorded=moment(resource.recordedOn),
            sites=[resource.bodySite] if resource.bodySite else None,
        )

    # Results

    def observation(self, resource: fhir.Observation, origin: Origin) -> list[Fact]:
        """A result, and one more for each component."""
        state = state_of(resource.status, statuses.OBSERVATION)
        if state is None:
            return []
        when = moment(resource.effectiveDateTime or resource.effectiveInstant) or covered(resource.effectivePeriod)
        issued = moment(resource.issued)
        facts = []
        for part in (resource, *(resource.component or ())):
            about = self.about("observation", *self._named(*self.codes_of(part.code)))
            site, side = self.place([resource.bodySite], about) if resource.bodySite else (None, about.side)
            heard = about.heard
            value, unit, comparator = number_of(part)
            value_codes, value_text = self._worded(part)
            unread = unread_of(part)
            due = moment(part.valueDateTime) if any(one.set == DUE_DATE for one in heard.sets) else None
            if due is not None and due.earliest.year > dt.MINYEAR:
                facts.append(self._expecting(due, about, resource, origin))
            facts.append(
                Fact(
                    kind="observation",
                    codes=about.codes,
                    system=about.first.system,
                    code=about.first.code,
                    display=about.first.display,
                    text=about.text,
                    value=value,
                    unit=unit,
                    comparator=comparator,
                    value_codes=value_codes,
                    value_text=value_text,
                    value_missing=value is None and not value_codes and not value_text and not _has_value(part),
                    site=site,
                    side=side,
                    start=when or issued,
                    recorded=issued,
                    state=state,
                    status=resource.status or "",
                    origin=origin,
                    sets=heard.sets,
                    value_sets=self._index.match_value(value_codes, value_text) if value_codes or value_text else (),
                    understood=heard.understood,
                    alarms=heard.alarms,
                    meant=heard.meant,
                    unread=unread,
                )
            )
        return facts

    def _expecting(self, due: DateRange, about: About, resource: fhir.Observation, origin: Origin) -> Fact:
        """The pregnancy that an expected date of delivery tells of: it began forty weeks before."""
        carried = dt.timedelta(days=thresholds().last_period_to_due_date_days)
        return Fact(
            kind="condition",
            codes=about.codes,
            system=about.first.system,
            code=about.first.code,
            display=about.first.display,
            text=about.text,
            start=DateRange(due.earliest - carried, due.latest - carried),
            recorded=moment(resource.issued) or moment(resource.effectiveDateTime or resource.effectiveInstant),
            state=state_of(resource.status, statuses.OBSERVATION) or "unknown",
            status=resource.status or "",
            origin=origin,
            sets=(SetMatch(PREGNANCY, "code", about.first.system, about.first.code),),
        )

    def _named(self, codes: Codes, text: str) -> tuple[Codes, str]:
        """A code of a laboratory's own is its only word where it has no others (``PLT``)."""
        if not text and codes and not any(one.display for one in codes):
            text = next((one.code for one in codes if one.system not in SHORT and one.code.isalpha()), "")
        return codes, text

    def _worded(self, part: fhir.Observation | fhir.Result) -> tuple[Codes, str]:
        if says_two_values(part):
            return (), ""
        if part.valueCodeableConcept is not None:
            return self.codes_of(part.valueCodeableConcept)
        if part.valueBoolean is not None:
            return (), "yes" if part.valueBoolean else "no"
        return (), (part.valueString or "").strip()


def _has_value(part: fhir.Observation | fhir.Result) -> bool:
    """Whether there is a value, be it one that cannot be read."""
    if says_two_values(part):
        return True
    quantities = [part.valueQuantity]
    if part.valueRange is not None:
        quantities += [part.valueRange.low, part.valueRange.high]
    if part.valueRatio is not None:
        quantities += [part.valueRatio.numerator, part.valueRatio.denominator]
    return any(one is not None and one.value is not None for one in quantities)
