"""How long the questionnaire is, and that it ends."""

import datetime as dt
from itertools import combinations

import msgspec
import pytest

from deqi.people.dates import day
from deqi.people.facts import Answer, Person
from deqi.safety.engine import Engine
from deqi.safety.questionnaire import next_question, understood
from tests.support.someone import AS_OF, Someone

LONGEST = 25
LONGEST_WITH_TWO = 40
"""With two things to tell: whatever is open and could restrict a place or a technique is asked, too."""
WOMAN = Person(token="p1", sex="female", birth=day(dt.date(1994, 1, 1)))
NOBODY = Person(token="p1")
SAFE_NUMBERS = {"platelet-count-latest": 250.0, "neutrophil-count-latest": 4.0, "inr-latest": 2.0}


class Sitting:
    """Everything asked of one person, one question after the other; yes to ``yes``, else the reassuring answer."""

    def __init__(self, engine: Engine, person: Person, yes: frozenset[str] = frozenset()) -> None:
        self.asked: list[str] = []
        self.until_settled: int | None = None
        while True:
            self.result = engine.assess(person, AS_OF)
            if self.until_settled is None and self.result.candidacy != "ask-first":
                self.until_settled = len(self.asked)
            question = next_question(self.result, engine.catalog, self.asked)
            if question is None:
                return
            self.asked.append(question)
            answer = Answer(question, self._say(engine, question, yes), given=day(AS_OF))
            person = msgspec.structs.replace(person, answers=(*person.answers, answer))

    def _say(self, engine: Engine, question: str, yes: frozenset[str]) -> str | float:
        row = engine.catalog.questions[question]
        match row.type:
            case "number":
                return SAFE_NUMBERS.get(question, 20.0)
            case "date":
                return "1960-01-01"
            case "choice":
                return row.answers[0]
            case _:
                return "yes" if question in yes or question in engine.catalog.adverse_when_no else "no"


def general(engine: Engine) -> list[str]:
    """The booking questions put to somebody of whom nothing is known."""
    rows = engine.catalog.questions
    return [one.question for one in engine.assess(WOMAN, AS_OF).questions if rows[one.question].stage == "booking"]


@pytest.mark.parametrize("person", [WOMAN, NOBODY], ids=["woman", "nobody"])
def test_somebody_well_is_done_within_the_limit(engine: Engine, person: Person) -> None:
    sitting = Sitting(engine, person)
    assert sitting.result.candidacy == "candidate"
    assert len(sitting.asked) <= LONGEST


def test_candidacy_is_settled_within_the_limit_with_any_two_things_to_tell(engine: Engine) -> None:
    alone = {question: Sitting(engine, WOMAN, frozenset({question})).until_settled or 0 for question in general(engine)}
    longest_alone = sorted(alone, key=lambda question: -alone[question])[:8]
    longest = max(
        (Sitting(engine, WOMAN, frozenset(pair)) for pair in combinations(longest_alone, 2)),
        key=lambda one: one.until_settled or 0,
    )
    assert longest.until_settled is not None
    assert longest.until_settled <= LONGEST_WITH_TWO


def test_yes_to_everything_ends(engine: Engine) -> None:
    everything = frozenset(engine.catalog.questions)
    sitting = Sitting(engine, WOMAN, everything)
    assert sitting.result.candidacy == "not-a-candidate"
    assert len(sitting.asked) <= LONGEST


def test_no_question_is_put_twice_nor_out_of_turn(engine: Engine) -> None:
    for question in general(engine):
        sitting = Sitting(engine, WOMAN, frozenset({question}))
        assert len(set(sitting.asked)) == len(sitting.asked)
        rows = engine.catalog.questions
        assert {rows[one].stage for one in sitting.asked} == {"booking"}


def test_details_are_asked_only_after_what_they_hang_on(engine: Engine) -> None:
    asked = Sitting(engine, WOMAN, frozenset({"electronic-implant"})).asked
    assert asked.index("electronic-implant") < asked.index("pacemaker")
    assert "pacemaker" not in Sitting(engine, WOMAN).asked


def test_once_barred_only_what_could_clear_it_is_asked(engine: Engine, someone: Someone) -> None:
    person = someone({"fast-spreading-weakness": "yes"})
    result = engine.assess(person, AS_OF)
    assert next_question(result, engine.catalog, ()) == "cleared-rapid-progression"
    assert next_question(result, engine.catalog, {"cleared-rapid-progression"}) is None


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        ("diabetes", "Y", "yes"),
        ("diabetes", " no ", "no"),
        ("diabetes", "maybe", None),
        ("diabetes", "unsure", "unsure"),
        ("platelet-count-latest", "180,5", 180.5),
        ("platelet-count-latest", "nan", None),
        ("platelet-count-latest", "many", None),
        ("platelet-count-latest", "unsure", "unsure"),
        ("date-of-birth", "1960-02", "1960-02"),
        ("date-of-birth", "yesterday", None),
        ("lymphoedema-limb", "left-arm", "left-arm"),
        ("lymphoedema-limb", "left", None),
    ],
)
def test_what_counts_as_an_answer(engine: Engine, question: str, typed: str, value: object) -> None:
    assert understood(engine.catalog.questions[question], typed) == value


def test_a_birth_after_the_day_is_asked_for_and_not_taken_for_a_child(engine: Engine) -> None:
    found = engine.assess(msgspec.structs.replace(WOMAN, birth=day(AS_OF + dt.timedelta(days=1))), AS_OF)
    assert "child-under-16" not in {one.rule.id for one in found.findings}
    assert "date-of-birth" in {one.question for one in found.questions}
