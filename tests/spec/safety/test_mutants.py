"""Change one thing in a rule and a case must fail: comparisons, windows, code sets, answers."""

import pytest

from deqi.knowledge import load
from deqi.knowledge.rules import Rule
from deqi.safety.cases.run import person_of, plan_in, read_cases
from deqi.safety.engine import Engine
from deqi.safety.evaluate.context import Context
from deqi.safety.rules.truth import Truth
from tests.support.mutants import Mutant, mutants, truth

MAY_BE = {
    "yes": {Truth.YES},
    "no": {Truth.NO},
    "unknown": {Truth.UNKNOWN},
    "cleared": {Truth.YES},
    "superseded": {Truth.YES, Truth.UNKNOWN},
}
SAME_ANYWAY = {
    "indwelling-numb-or-diabetes, leaf 9: code set without codes": "diabetes alone fires the rule",
    "indwelling-numb-or-diabetes, leaf 10: answers turned round": "diabetes alone fires the rule",
    "severe-arterial-disease, leaf 1: code set without codes": "the answer it waits for fires the rule alone",
    "node-dissection-limb, leaf 0: code set without codes": "the answer it waits for fires the rule alone",
    "dialysis-access-arm, leaf 1: code set without codes": "the answer it waits for fires the rule alone",
}
"""Changes that cannot change any result, each with its reason."""

Expectation = tuple[Context, set[Truth]]


@pytest.fixture(scope="module")
def expectations(engine: Engine) -> dict[str, list[Expectation]]:
    """What the cases expect of each rule's trigger."""
    found: dict[str, list[Expectation]] = {}
    for case in read_cases():
        context = Context(engine.catalog, person_of(engine, case), case.as_of, plan_in(case))
        for rule, state in case.expect.rules.items():
            if state in MAY_BE:
                found.setdefault(rule, []).append((context, MAY_BE[state]))
    return found


def noticed(mutant: Mutant, expectations: list[Expectation]) -> bool:
    for context, expected in expectations:
        context.unrecorded.clear()
        if truth(mutant.trigger, context) not in expected:
            return True
    return False


@pytest.mark.parametrize("rule", load().rules, ids=lambda rule: rule.id)
def test_a_changed_rule_fails_a_case(rule: Rule, expectations: dict[str, list[Expectation]]) -> None:
    survivors = [one for one in mutants(rule) if not noticed(one, expectations.get(rule.id, []))]
    assert [str(one) for one in survivors if str(one) not in SAME_ANYWAY] == []


def test_the_exceptions_are_needed(expectations: dict[str, list[Expectation]]) -> None:
    made = {str(one): one for rule in load().rules for one in mutants(rule)}
    assert set(SAME_ANYWAY) <= set(made)
    assert [name for name in SAME_ANYWAY if noticed(made[name], expectations[made[name].rule])] == []
