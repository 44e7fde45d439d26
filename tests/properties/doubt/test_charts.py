"""Charts that say less never say no: the reference evaluator."""

from __future__ import annotations

import copy
import datetime as dt
import json

from hypothesis import given, note
from hypothesis import strategies as st

from tests.properties.doubt import engines
from tests.properties.doubt.charts import COMPLETE, charts
from tests.properties.doubt.law import contradicted, loosened, slips
from tests.properties.doubt.settings import share
from tests.properties.doubt.transforms import Chart, blurred

# Weeks of pregnancy and the end of a window move with the day; the charts hold no date after it.
_MOVES_WITH_THE_DAY = ("pregnancy-t1-abdomen-sacrum", "pregnancy-t2t3-abdomen")


@share(0.3)
@given(st.data(), charts(), COMPLETE)
def test_a_chart_that_says_less_never_says_no(data: st.DataObject, chart: Chart, complete: tuple[str, ...]) -> None:
    done, after = data.draw(blurred(chart))
    note(done)
    assert _compared(chart, after, complete) == []


@share(0.1)
@given(st.data(), charts(), COMPLETE)
def test_two_blurs_on_end(data: st.DataObject, chart: Chart, complete: tuple[str, ...]) -> None:
    once, middle = data.draw(blurred(chart))
    twice, after = data.draw(blurred(middle))
    note(f"{once}, then {twice}")
    assert _compared(middle, after, complete) == []


@share(0.15)
@given(st.data(), charts(), COMPLETE)
def test_order_changes_nothing(data: st.DataObject, chart: Chart, complete: tuple[str, ...]) -> None:
    turned = data.draw(st.permutations(chart))
    forms = copy.deepcopy(turned)
    for one in forms:
        for key in ("coding", "item"):
            if key in one:
                one[key].reverse()
    before = engines.judge(engines.person_of_chart(chart, complete=complete))
    assert engines.judge(engines.person_of_chart(forms, complete=complete)).printed == before.printed


@share(0.1)
@given(charts(), st.integers(1, 900))
def test_a_later_day_never_says_no(chart: Chart, days: int) -> None:
    """Without lists declared complete: those are true of the day on which they were declared."""
    later = engines.AS_OF + dt.timedelta(days=days)
    ended = json.loads(json.dumps(chart).replace('"2026"', '"2025"').replace('"2026-11"', '"2026-10"'))
    before = engines.judge(engines.person_of_chart(ended))
    after = engines.judge(engines.person_of_chart(ended, later), later)
    results = engines.results_of(engines.person_of_chart(ended))
    answers = engines.judge(engines.person_of_chart(_forms(ended)), engines.AS_OF)
    silent = engines.judge(engines.person_of_chart(_without_forms(ended), later), later)
    exempt = (*contradicted(before, answers, silent, results), *slips(before, chart[0]["gender"]))
    assert loosened(before, after, (*exempt, *_MOVES_WITH_THE_DAY)) == []


@share(0.05)
@given(charts(), COMPLETE)
def test_lists_not_declared_complete_never_say_no(chart: Chart, complete: tuple[str, ...]) -> None:
    before = engines.judge(engines.person_of_chart(chart, complete=complete))
    assert loosened(before, engines.judge(engines.person_of_chart(chart))) == []


def _compared(chart: Chart, after: Chart, complete: tuple[str, ...]) -> list[str]:
    before = engines.judge(engines.person_of_chart(chart, complete=complete))
    results = engines.results_of(engines.person_of_chart(after))
    answers = engines.judge(engines.person_of_chart(_forms(chart), complete=complete))
    silent = engines.judge(engines.person_of_chart(_without_forms(after), complete=complete))
    exempt = (*contradicted(before, answers, silent, results), *slips(before, chart[0]["gender"]))
    return loosened(before, engines.judge(engines.person_of_chart(after, complete=complete)), exempt)


def _forms(chart: Chart) -> Chart:
    return [one for one in chart if one["resourceType"] in {"Patient", "QuestionnaireResponse"}]


def _without_forms(chart: Chart) -> Chart:
    return [one for one in chart if one["resourceType"] != "QuestionnaireResponse"]
