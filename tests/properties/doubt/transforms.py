"""Ways in which a chart comes to say less. The record stays; what it says is blurred, doubled, moved or corrupt."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from tests.properties.doubt import vocabulary as v
from tests.properties.doubt.charts import Resource

Chart = list[Resource]
_CONCEPTS = ("code", "medicationCodeableConcept", "type")
_DATES = ("onsetDateTime", "recordedDate", "authoredOn", "effectiveDateTime", "performedDateTime", "authored",
          "whenHandedOver")  # fmt: skip
_KEPT = frozenset({"resourceType", "id", "subject", "patient", "reference", "linkId"})
# What may stand where FHIR wants something else.
_WRONG: tuple[Any, ...] = (7, True, "?", [], {}, None, [[]], {"x": 1}, "2026-13-45")


def _records(chart: Chart) -> range:
    return range(1, len(chart))


def drop_code(draw: st.DrawFn, chart: Chart) -> None:
    """The code goes, its words stay."""
    one = chart[draw(st.sampled_from(_records(chart)))]
    for key in _CONCEPTS:
        if one["resourceType"] != "Observation" and one.get(key, {}).get("coding"):
            words = next((coding["display"] for coding in one[key]["coding"] if "display" in coding), "")
            one[key] = {"text": words or "illegible"}


def unknown_code(draw: st.DrawFn, chart: Chart) -> None:
    """The code becomes one that no table knows; its words stay."""
    one = chart[draw(st.sampled_from(_records(chart)))]
    for key in _CONCEPTS:
        for coding in one.get(key, {}).get("coding", ()):
            if one["resourceType"] != "Observation":
                coding["code"] = "9999994000000101"


def vague_date(draw: st.DrawFn, chart: Chart) -> None:
    """A day becomes its month, a month its year."""
    one = chart[draw(st.sampled_from(_records(chart)))]
    for key in _DATES:
        if len(one.get(key, "")) >= 10:
            one[key] = one[key][: draw(st.sampled_from((4, 7)))]


def no_date(draw: st.DrawFn, chart: Chart) -> None:
    one = chart[draw(st.sampled_from(_records(chart)))]
    for key in _DATES:
        one.pop(key, None)


def date_in_words(draw: st.DrawFn, chart: Chart) -> None:
    """The day of a condition or procedure is told in words, its end too."""
    one = chart[draw(st.sampled_from(_records(chart)))]
    for name in ("onset", "abatement", "performed"):
        if one.pop(f"{name}DateTime", None) is not None:
            one[f"{name}String"] = draw(st.sampled_from(("last month", "ongoing", "2026", "?")))


def impossible_date(draw: st.DrawFn, chart: Chart) -> None:
    """A slip: a day before anybody in these charts was born."""
    one = chart[draw(st.sampled_from(_records(chart)))]
    for key in (*_DATES, "abatementDateTime"):
        if key in one and one["resourceType"] != "QuestionnaireResponse":
            one[key] = draw(st.sampled_from(("1900-01-01", "0026-11-20", "1901")))


def unread_unit(draw: st.DrawFn, chart: Chart) -> None:
    for one in chart:
        if "valueQuantity" in one:
            quantity = one["valueQuantity"]
            one["valueQuantity"] = {"value": quantity["value"], "unit": draw(st.sampled_from(v.UNREAD_UNITS))}


def unread_value(draw: st.DrawFn, chart: Chart) -> None:
    one = chart[draw(st.sampled_from(_records(chart)))]
    if one.pop("valueQuantity", None) is not None:
        one["valueString"] = "see report"


def unread_status(draw: st.DrawFn, chart: Chart) -> None:
    one = chart[draw(st.sampled_from(_records(chart)))]
    if one["resourceType"] == "Condition":
        one["clinicalStatus"] = {"text": "as before"}
    elif one["resourceType"] != "QuestionnaireResponse":
        one["status"] = "as before"


def unread_answer(draw: st.DrawFn, chart: Chart) -> None:
    for one in chart:
        if one["resourceType"] == "QuestionnaireResponse":
            draw(st.sampled_from(one["item"]))["answer"] = [{"valueString": "hm"}]


def duplicate(draw: st.DrawFn, chart: Chart) -> None:
    number = draw(st.sampled_from(_records(chart)))
    again = copy.deepcopy(chart[number])
    if draw(st.booleans()):
        again["id"] = "again"
    chart.append(again)


def corrupt(draw: st.DrawFn, chart: Chart) -> None:
    """One element becomes something that FHIR does not allow there."""
    places = list(_places(chart[draw(st.sampled_from(_records(chart)))]))
    if places:
        holder, key = draw(st.sampled_from(places))
        holder[key] = copy.deepcopy(draw(st.sampled_from(_WRONG)))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        if key in _KEPT:
            continue
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def remove_no(draw: st.DrawFn, chart: Chart) -> None:
    """Takes away one thing that speaks for no: an answer, a normal result, a refutation, a clearance."""
    for one in chart:
        if one["resourceType"] == "QuestionnaireResponse":
            speaking = [item for item in one["item"] if _speaks_for_no(item)]
            if speaking:
                one["item"].remove(draw(st.sampled_from(speaking)))
                return
    for one in chart:
        if one["resourceType"] == "Observation" and _is_safe(one):
            chart.remove(one)
            return
        # What nobody understands speaks for nothing, refuted or not: it holds its kind open.
        if not any("display" in coding for coding in one.get("code", {}).get("coding", ())):
            continue
        if "verificationStatus" in one and one["verificationStatus"]["coding"][0]["code"] == "refuted":
            chart.remove(one)
            return


def _speaks_for_no(item: dict[str, Any]) -> bool:
    value = item["answer"][0].get("valueBoolean")
    return value is False or (value is True and item["linkId"] in v.CLEARANCES)


def _is_safe(one: Resource) -> bool:
    if one["code"]["coding"][0]["code"] == v.WEEKS:
        return False
    quantity = one.get("valueQuantity", {})
    safe = {row[3] for row in v.RESULTS if row[0] == one["code"]["coding"][0]["code"]}
    return quantity.get("value") in safe and "comparator" not in quantity and "code" in quantity


BLURS: dict[str, Callable[[st.DrawFn, Chart], None]] = {
    "the code goes": drop_code,
    "the code is unknown": unknown_code,
    "the date is vague": vague_date,
    "the date goes": no_date,
    "the date is in words": date_in_words,
    "the date is impossible": impossible_date,
    "the units are unread": unread_unit,
    "the value is unread": unread_value,
    "the status is unread": unread_status,
    "an answer is unread": unread_answer,
    "a record is doubled": duplicate,
    "an element is corrupt": corrupt,
    "a no goes": remove_no,
}


@st.composite
def blurred(draw: st.DrawFn, chart: Chart) -> tuple[str, Chart]:
    """What was done, and the chart that says less."""
    name = draw(st.sampled_from(tuple(BLURS)))
    after = copy.deepcopy(chart)
    if len(after) > 1:
        # A chart that is corrupt already may hold no element that this blur looks for; then it stays as it is.
        with contextlib.suppress(AttributeError, TypeError, KeyError, IndexError):
            BLURS[name](draw, after)
    return name, after
