"""One small chart with every resource deqi reads, and the facts it becomes, at a glance; the manual's examples read."""

import re
from pathlib import Path

import pytest

from deqi.people.files.answers import read_answers
from deqi.people.files.settings import read_settings
from deqi.people.read import read_chart
from tests.support.terminology import AS_OF, INDEX, SITES

GOLDEN = Path(__file__).parent
MANUAL = (Path(__file__).parents[4] / "docs" / "formats.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)


def line(fact):
    when = "-"
    if fact.start:
        when = f"{fact.start.earliest}" if fact.start.exact else f"{fact.start.earliest}..{fact.start.latest}"
    parts = [
        fact.kind,
        f"{fact.system} {fact.code}".strip() or fact.text,
        fact.state + (", stale" if fact.stale_active else ""),
        when,
        " ".join(filter(None, (fact.side, fact.site))) or "-",
        ", ".join(f"{one.set} by {one.how}" for one in fact.sets),
    ]
    return " | ".join(parts + ([f"{fact.value:g} {fact.unit}"] if fact.value is not None else []))


def test_the_golden_chart():
    reading = read_chart([GOLDEN / "chart.json"], index=INDEX, sites=SITES, as_of=AS_OF)
    (person,) = reading.persons
    assert sorted(map(line, person.facts)) == sorted((GOLDEN / "chart.facts.txt").read_text().splitlines())
    assert (person.sex, person.birth.latest.isoformat(), person.answers[0].value) == ("female", "1961-04-09", "yes")
    assert (reading.unreadable, reading.left_out) == ((), {"a kind of record deqi does not look at": 1})
    assert "Example" not in repr(reading)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(":")[0])
def test_the_examples_of_the_manual_are_read(example):
    data = example.encode()
    if example.startswith("settings"):
        assert read_settings(data).chosen
    elif "\nanswers:" in example:
        assert read_answers(data)
    else:
        assert read_chart([data], index=INDEX, sites=SITES).persons[0].facts
