"""The questions on a terminal: going back, and a returning person's old answers."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path

import pytest

import deqi
from deqi.api import asking
from deqi.cli import assess_ask
from deqi.people.files.answers import read_answers

DAY = dt.date(2026, 11, 24)


@functools.cache
def library() -> deqi.Library:
    return deqi.Library.load()


def _request(**document: object) -> deqi.AssessRequest:
    read = deqi.read.person(json.dumps({"sex": "male", "born": 1960, **document}).encode(), library(), DAY)
    return deqi.AssessRequest(read.person, DAY)


def test_back_takes_the_last_answer_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept.yaml"
    typed = iter(["no", "no", "back", "back", "back", "unsure", "stop", str(kept)])
    monkeypatch.setattr(assess_ask.typer, "prompt", lambda *_, **__: next(typed))
    first = asking.next_question(library(), deqi.api.assess(library(), _request()), {})
    assess_ask.ask(library(), _request())
    (answer,) = read_answers(kept)
    assert first is not None
    assert (answer.question, answer.value) == (first.question, "unsure")


@pytest.mark.parametrize(("changed", "state"), [(False, "no"), (True, "unknown")])
def test_old_answers_are_renewed_only_where_nothing_changed(
    changed: bool, state: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assess_ask.typer, "prompt", lambda *_, **__: "stop")
    monkeypatch.setattr(assess_ask.typer, "confirm", lambda *_, **__: changed)
    old = _request(answers={"blood-thinning-medicine": {"value": "no", "date": "2026-08-01"}})
    assert deqi.api.assess(library(), old).assessment.states["anticoagulant-any"] == "unknown"
    after = assess_ask.ask(library(), old)
    assert deqi.api.assess(library(), after).assessment.states["anticoagulant-any"] == state
    assert "since 2026-08-01" in " ".join(capsys.readouterr().out.split())


def test_an_answer_that_still_counts_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assess_ask.typer, "prompt", lambda *_, **__: "stop")
    monkeypatch.setattr(assess_ask.typer, "confirm", lambda *_, **__: pytest.fail("nothing is to be renewed"))
    fresh = _request(answers={"blood-thinning-medicine": {"value": "no", "date": "2026-11-01"}})
    after = assess_ask.ask(library(), fresh)
    assert after.person.answers == fresh.person.answers
