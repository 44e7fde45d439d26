"""More knowledge moves an assessment one way only (Hypothesis)."""

import datetime as dt

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.knowledge import load
from deqi.knowledge.leaves import Answer as AnswerLeaf
from deqi.people.dates import day
from deqi.people.facts import KINDS, Answer, Fact, Person, SetMatch
from deqi.safety.engine import Engine
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.reference import JUDGES, judge_leaves, judge_rules
from deqi.safety.rules.truth import Truth
from tests.support.someone import AS_OF

ENGINE = Engine.load(load())
CATALOG = ENGINE.catalog
WORST_LAST = ("candidate", "with-changes", "ask-first", "sign-off", "not-a-candidate")
SETS = sorted(row.set for row in ENGINE.index.sets.values() if row.kind in KINDS and row.kind != "observation")
BOTH_WAYS = CATALOG.adverse_when_no & {
    leaf.question for leaf in CATALOG.leaves if isinstance(leaf, AnswerLeaf) and "yes" in leaf.among
}
YES_NO = sorted(row.question for row in CATALOG.questions.values() if row.type == "yes-no")
STATES = ("present", "past", "refuted", "inactive", "planned", "unknown")
FEW = settings(max_examples=100, deadline=None, derandomize=True)

days_ago = st.integers(0, 800).map(lambda days: day(AS_OF - dt.timedelta(days=days)))


@st.composite
def facts(
    draw: st.DrawFn, states: tuple[str, ...] = ("present", "past", "refuted", "inactive", "planned", "unknown")
) -> Fact:
    name = draw(st.sampled_from(SETS))
    return Fact(
        kind=ENGINE.index.sets[name].kind,  # type: ignore[arg-type]
        text=name,
        start=draw(st.none() | days_ago),
        state=draw(st.sampled_from(states)),  # type: ignore[arg-type]
        side=draw(st.sampled_from([None, "left", "both"])),
        sets=(SetMatch(name, "set"),),
    )


@st.composite
def answers(draw: st.DrawFn, values: tuple[str, ...] = ("yes", "no", "unsure")) -> Answer:
    return Answer(draw(st.sampled_from(YES_NO)), draw(st.sampled_from(values)), given=day(AS_OF))


@st.composite
def persons(draw: st.DrawFn) -> Person:
    given_answers = draw(st.lists(answers(), max_size=8, unique_by=lambda one: one.question))
    return Person(
        token="p1",
        facts=tuple(draw(st.lists(facts(), max_size=8))),
        answers=tuple(given_answers),
        sex=draw(st.sampled_from([None, "female", "male"])),
        birth=draw(st.sampled_from([None, day(dt.date(1990, 5, 1)), day(dt.date(1940, 1, 1))])),
        complete=frozenset(draw(st.sets(st.sampled_from(KINDS), max_size=3))),
        unreadable=frozenset(draw(st.sets(st.sampled_from(KINDS), max_size=1))),
    )


def truths(person: Person) -> dict[str, Truth]:
    context = Context(CATALOG, person, AS_OF)
    return {one.rule.rule.id: one.truth for one in judge_rules(context, judge_leaves(context))}


def reassuring(question: str) -> str:
    return "yes" if question in CATALOG.adverse_when_no else "no"


def with_answer(person: Person, answer: Answer) -> Person:
    return msgspec.structs.replace(person, answers=(*person.answers, answer))


@FEW
@given(persons(), answers())
def test_an_answer_undoes_no_finding(person: Person, answer: Answer) -> None:
    """A rule that holds still holds after one more answer: an answer adds, the record stands."""
    if any(one.question == answer.question for one in person.answers):
        return
    before, after = truths(person), truths(with_answer(person, answer))
    assert [rule for rule, truth in before.items() if truth is Truth.YES and after[rule] is not Truth.YES] == []


@FEW
@given(persons(), st.sampled_from(YES_NO))
def test_a_reassuring_answer_decides_and_never_worsens(person: Person, question: str) -> None:
    """It takes rules from unknown to no, moves nothing that was decided, and makes nothing unknown."""
    if any(one.question == question for one in person.answers) or CATALOG.questions[question].stage == "plan":
        return
    before = truths(person)
    after = truths(with_answer(person, Answer(question, reassuring(question), given=day(AS_OF))))
    moved = {rule: (before[rule], after[rule]) for rule in before if before[rule] is not after[rule]}
    allowed = {(Truth.UNKNOWN, Truth.NO)}
    if reassuring(question) == "yes":
        allowed.add((Truth.UNKNOWN, Truth.YES))
    assert set(moved.values()) <= allowed


@FEW
@given(persons(), facts(states=("present",)))
def test_a_hazard_on_record_never_lowers_the_candidacy(person: Person, fact: Fact) -> None:
    before = ENGINE.assess(person, AS_OF)
    after = ENGINE.assess(msgspec.structs.replace(person, facts=(*person.facts, fact)), AS_OF)
    assert WORST_LAST.index(after.candidacy) >= WORST_LAST.index(before.candidacy)
    assert WORST_LAST.index(after.if_clear) >= WORST_LAST.index(before.if_clear)


@FEW
@given(persons())
def test_if_clear_is_what_reassuring_answers_lead_to(person: Person) -> None:
    """Answer whatever is open reassuringly until nothing is: the candidacy is the one that was foretold.

    Sex and date of birth are known: their questions have no reassuring answer. Nor has one of which yes and no both
    fire a rule; then the best that was foretold is not reached.
    """
    person = msgspec.structs.replace(person, sex=person.sex or "male", birth=person.birth or day(dt.date(1960, 1, 1)))
    foretold = ENGINE.assess(person, AS_OF).if_clear
    for _ in range(200):
        given_already = {one.question for one in person.answers}
        result = ENGINE.assess(person, AS_OF)
        left = [one.question for one in result.questions if one.question not in given_already]
        if not left:
            break
        for question in left:
            person = with_answer(person, Answer(question, reassuring(question), given=day(AS_OF)))
    unsure = [one.question for one in person.answers if one.value == "unsure"]
    if BOTH_WAYS.isdisjoint(one.question for one in person.answers):
        assert result.if_clear == foretold
        assert result.candidacy == foretold or unsure
    assert WORST_LAST.index(result.candidacy) >= WORST_LAST.index(foretold)


@FEW
@given(persons())
def test_the_order_of_the_record_does_not_matter(person: Person) -> None:
    turned = msgspec.structs.replace(person, facts=person.facts[::-1], answers=person.answers[::-1])
    one, other = ENGINE.assess(person, AS_OF), ENGINE.assess(turned, AS_OF)
    assert one.states == other.states
    assert one.questions == other.questions
    assert one.candidacy == other.candidacy


@FEW
@given(persons())
def test_known_later_is_not_known_now(person: Person) -> None:
    """Facts that begin after the day, and not after the day of reading, change nothing on it."""
    reading = AS_OF + dt.timedelta(days=3)
    later = tuple(msgspec.structs.replace(fact, start=day(reading), recorded=day(reading)) for fact in person.facts)
    read = msgspec.structs.replace(person, complete=frozenset(), read_on=reading)
    without = ENGINE.assess(msgspec.structs.replace(read, facts=()), AS_OF)
    with_later = ENGINE.assess(msgspec.structs.replace(read, facts=later), AS_OF)
    if not person.complete:
        assert with_later.states == without.states


@FEW
@given(persons())
def test_leaves_passed_over_are_as_if_looked_into(person: Person) -> None:
    """Most leaves are settled by nothing being known of them; looking into each gives the same."""
    context = Context(CATALOG, person, AS_OF)
    looked_into = [JUDGES[type(leaf)](leaf, context) for leaf in CATALOG.leaves]
    assert judge_leaves(Context(CATALOG, person, AS_OF)) == looked_into
