"""A text is a region only when it says nothing else; sides come from SNOMED qualifiers, then words."""

import pytest

from deqi.people.facts import Coding
from deqi.people.terminology.sites import side_of_codes, side_of_text
from tests.support.terminology import SITES


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("hand", "hand"),
        ("Structure of left knee", "knee"),
        ("Skin of right foot", "foot"),
        ("Left upper limb", "arm"),
        ("Upper arm structure", "upper-arm"),
        ("upper-arm", "upper-arm"),
    ],
)
def test_a_region_is_found_by_its_names(text, region):
    assert SITES.find(text) == region


@pytest.mark.parametrize("text", ["neck of femur", "femoral neck", "hand and foot", "bone of hand", "left", "", "Knie"])
def test_a_text_that_says_more_is_no_region(text):
    assert SITES.find(text) is None


def test_texts_must_agree():
    assert SITES.find_all(["Left hand", "Hand structure", "left"]) == "hand"
    assert SITES.find_all(["hand", "foot"]) is None


@pytest.mark.parametrize(
    ("codes", "side"),
    [
        ([("snomed", "72696002"), ("snomed", "7771000")], "left"),
        ([("snomed", "24028007")], "right"),
        ([("snomed", "51440002")], "both"),
        ([("snomed", "7771000"), ("snomed", "24028007")], "both"),
        ([("snomed", "72696002:272741003=24028007")], "right"),
        ([("local", "7771000")], None),
    ],
)
def test_the_side_of_codings(codes, side):
    assert side_of_codes(Coding(*one) for one in codes) == side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Carpal tunnel syndrome, left upper limb", "left"),
        ("Bilateral neuropathy", "both"),
        ("left and right hands", "both"),
        ("upright posture", None),
    ],
)
def test_the_side_of_words(text, side):
    assert side_of_text(text) == side
