"""Person files that say less never say no, and the order of their lines changes nothing."""

from __future__ import annotations

import json

from hypothesis import given, note
from hypothesis import strategies as st

from tests.properties.doubt import engines
from tests.properties.doubt.law import contradicted, loosened
from tests.properties.doubt.people import LISTS, Document, blurred, documents
from tests.properties.doubt.settings import share

# Places with a limit of depth, a vessel, a point of pregnancy, the chest, a limb with current.
PLAN = json.dumps(
    {
        "session_number": 2,
        "minutes": 20,
        "needlings": [
            {"point": "SP10", "side": "left", "depth_mm": 15, "angle": "perpendicular"},
            {"point": "PC6", "side": "left", "depth_mm": 8, "angle": "perpendicular"},
            {"point": "LI4", "side": "right", "depth_mm": 8, "angle": "perpendicular"},
            {"point": "ST25", "side": "right", "depth_mm": 10, "angle": "perpendicular"},
            {"point": "ST36", "side": "left", "depth_mm": 10, "angle": "perpendicular"},
        ],
        "needles": {
            "gauge_mm": 0.25,
            "length_mm": 25,
            "sterile": True,
            "single_use": True,
            "lot": "A1",
            "expiry": "2028-01-31",
        },
        "practitioner": {"licence_valid_until": "2027-12-31", "competences": ["restricted-points"]},
    }
)


@share(0.1)
@given(st.data(), documents())
def test_a_file_that_says_less_never_says_no(data: st.DataObject, document: Document) -> None:
    done, after = data.draw(blurred(document))
    note(done)
    assert _compared(document, after, "") == []


# What bars the whole person is counted once, in the headline: the needles are compared where nothing does.
@share(0.05)
@given(st.data(), documents())
def test_a_needling_never_comes_free(data: st.DataObject, document: Document) -> None:
    done, after = data.draw(blurred(document))
    note(done)
    assert _compared(document, after, PLAN) == []


@share(0.05)
@given(st.data(), documents())
def test_the_order_of_lines_changes_nothing(data: st.DataObject, document: Document) -> None:
    turned = {name: document[name] for name in data.draw(st.permutations(sorted(document)))}
    for name in (*LISTS, "observations", "complete"):
        if name in turned:
            turned[name] = data.draw(st.permutations(turned[name]))
    before = engines.judge(engines.person_of_file(document))
    assert engines.judge(engines.person_of_file(turned)).printed == before.printed


def _compared(document: Document, after: Document, plan: str) -> list[str]:
    before = engines.judge(engines.person_of_file(document), plan=plan)
    answers = {name: document[name] for name in ("sex", "born", "answers", "complete") if name in document}
    results = engines.results_of(engines.person_of_file(document))
    unanswered = {name: value for name, value in after.items() if name != "answers"}
    silent = engines.judge(engines.person_of_file(unanswered), plan=plan)
    exempt = contradicted(before, engines.judge(engines.person_of_file(answers), plan=plan), silent, results)
    return loosened(before, engines.judge(engines.person_of_file(after), plan=plan), exempt)
