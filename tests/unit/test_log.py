"""What is logged: numbers and places in the code, never a value of a person."""

from __future__ import annotations

import json
import logging

import pytest

from deqi.log import event, fault


def test_an_event_is_one_line_of_names_and_numbers(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "deqi"):
        event("screened", {"seconds": 1.5, "tables": 4})
    assert json.loads(caplog.messages[0]) == {"event": "screened", "seconds": 1.5, "tables": 4}


def test_words_are_refused() -> None:
    with pytest.raises(TypeError, match="only numbers"):
        event("assessed", {"who": "somebody"})  # type: ignore[dict-item]


def test_a_fault_tells_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("breast cancer")
    except ValueError as error:
        with caplog.at_level(logging.ERROR, "deqi"):
            fault(error)
    told = json.loads(caplog.messages[0])
    assert told["type"] == "ValueError" and told["places"][0].startswith("test_log.py:")
    assert "cancer" not in caplog.text


def test_nothing_is_logged_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    event("screened", {"seconds": 1.0})
    assert capsys.readouterr() == ("", "")
