"""Which of many results is the latest."""

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deqi.people.dates import DateRange
from deqi.people.facts import Fact
from deqi.safety.engine import Engine
from deqi.safety.evaluate.measured import Reading, _latest
from deqi.safety.rules.truth import Truth
from tests.support.someone import AS_OF, Someone


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    """A day, some days, or an instant whose day was written where its offset put it."""
    first = dt.date(2026, 3, 1) + dt.timedelta(days=draw(st.integers(0, 9)))
    if draw(st.booleans()):
        return DateRange(first, first + dt.timedelta(days=draw(st.integers(0, 5))))
    instant = dt.datetime.combine(first, dt.time(draw(st.integers(0, 23))))
    local = instant + dt.timedelta(hours=draw(st.integers(-12, 14)))
    return DateRange(local.date(), local.date(), instant)


@given(st.lists(ranges(), max_size=12))
def test_the_latest_are_those_not_certainly_earlier_than_another(dates: list[DateRange]) -> None:
    readings = [Reading(when, Truth.NO, Fact(kind="observation", text=str(place))) for place, when in enumerate(dates)]
    plain = [one for one in readings if not any(one.when.before(other.when) for other in readings)]
    assert _latest(readings) == plain


def test_instants_order_results_of_one_day(engine: Engine, someone: Someone) -> None:
    def at(hour: int, value: float) -> Fact:
        (fact,) = someone(observations=[{"set": "platelet-count", "value": value, "unit": "10*3/uL"}]).facts
        day = dt.date(2026, 11, 22)
        return msgspec.structs.replace(fact, start=DateRange(day, day, dt.datetime.combine(day, dt.time(hour))))

    low_then_safe = msgspec.structs.replace(someone(), facts=(at(8, 15), at(17, 150)))
    safe_then_low = msgspec.structs.replace(someone(), facts=(at(8, 150), at(17, 15)))
    assert engine.assess(low_then_safe, AS_OF).states["platelets-under-20"] == "no"
    assert engine.assess(safe_then_low, AS_OF).states["platelets-under-20"] == "yes"
