"""A depth is never shown alone, and no hazard data never reads as safe."""

from deqi.knowledge import load
from deqi.knowledge.atlas import all_codes, card
from deqi.knowledge.tables.atlas import Hazard, PointDepth
from deqi.knowledge.words import say

KNOWLEDGE = load()


def test_a_textbook_depth_always_stands_with_a_limit_or_with_none_known() -> None:
    shown = 0
    for code in all_codes(KNOWLEDGE):
        text = card(KNOWLEDGE, code).textbook_depth
        if "cun" in text:
            shown += 1
            assert "depth limit here" in text or say("card.limit.none") in text, code
    assert shown > 350


def test_a_point_without_hazard_data_says_that_this_is_not_safety() -> None:
    without = [code for code in all_codes(KNOWLEDGE) if not card(KNOWLEDGE, code).hazard_data]
    assert without
    for code in without:
        lines = dict(card(KNOWLEDGE, code).lines())
        assert "does not mean it is safe" in lines["Hazards"]


def test_house_caps_are_labelled_and_no_cap_says_so() -> None:
    for row in KNOWLEDGE.rows(Hazard):
        shown = next(one for one in card(KNOWLEDGE, row.point).hazards if one.hazard == row.hazard)
        if row.cap_mm is None:
            assert shown.cap_label == say("card.limit.none")
        elif row.cap_basis == "house":
            assert "default, not clinician-reviewed" in shown.cap_label


def test_every_point_of_the_protocols_has_hazard_data() -> None:
    hazards = {row.point for row in KNOWLEDGE.rows(Hazard)}
    for protocol in KNOWLEDGE.protocols:
        for component in protocol.components:
            for needling in component.needlings:
                assert needling.point in hazards, (protocol.id, needling.point)


def test_no_cap_is_above_the_lowest_textbook_maximum() -> None:
    textbook = {row.point: row.mm_high_lowest for row in KNOWLEDGE.rows(PointDepth)}
    for row in KNOWLEDGE.rows(Hazard):
        limit = textbook.get(row.point)
        if row.cap_mm is not None and limit is not None:
            assert row.cap_mm <= limit, row.hazard
