"""Kleene logic, and which leaves decide."""

from itertools import product

import pytest

from deqi.safety.evaluate.measured import judge_number
from deqi.safety.evaluate.reference import deciding, truth_of
from deqi.safety.rules.catalog import Branch
from deqi.safety.rules.truth import Truth, all_of

NO, UNKNOWN, YES = Truth


def test_and_or_are_kleene() -> None:
    for one, other in product(Truth, Truth):
        both = truth_of(Branch(True, (0, 1)), [one, other])
        either = truth_of(Branch(False, (0, 1)), [one, other])
        assert both == all_of((one, other)) == min(one, other)
        assert either == max(one, other)


@pytest.mark.parametrize(
    ("truths", "truth", "leaves"),
    [
        ([YES, YES, NO], YES, [0, 1]),  # all(0, any(1, 2)): the silent alternative decides nothing
        ([YES, UNKNOWN, YES], YES, [0, 2]),
        ([UNKNOWN, YES, NO], UNKNOWN, [0]),  # any() is yes, so none of its leaves is what is missing
        ([YES, UNKNOWN, NO], UNKNOWN, [1]),
        ([UNKNOWN, UNKNOWN, UNKNOWN], UNKNOWN, [0, 1, 2]),
    ],
)
def test_a_leaf_decides_with_all_above_it(truths: list[Truth], truth: Truth, leaves: list[int]) -> None:
    tree = Branch(True, (0, Branch(False, (1, 2))))
    assert truth_of(tree, truths) is truth
    assert deciding(tree, truth, truths) == leaves


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("limit", [19.0, 20.0, 21.0])
def test_bounds_hold_for_every_value_they_allow(comparator: str, op: str, limit: float) -> None:
    """A bound of 20 is yes when every value it allows satisfies the comparison, no when none does."""
    compare = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}
    values = [value / 4 for value in range(400)]
    results = {compare[op](value, limit) for value in values if compare[comparator](value, 20.0)}
    expected = UNKNOWN if len(results) == 2 else YES if True in results else NO
    assert judge_number(20.0, comparator, op, limit) is expected


def test_a_range_takes_its_low_end_and_not_its_high_one() -> None:
    assert [judge_number(value, "", "in", (20.0, 50.0)) for value in (19.9, 20.0, 49.9, 50.0)] == [NO, YES, YES, NO]
