"""From a number to its row, its source and the sentences that rest on it."""

import datetime as dt

import pytest

from deqi.errors import InputError
from deqi.knowledge import load
from deqi.report.chain import chain
from deqi.report.topics import topic_of
from tests.cli.run import run

KNOWLEDGE = load()
TOPIC = topic_of(KNOWLEDGE, "neuropathy")
DAY = dt.date(2026, 11, 24)


def test_a_value_leads_to_its_trial_and_source() -> None:
    found = chain(KNOWLEDGE, "O019", TOPIC, DAY)
    assert found.row.key == "value:O019"
    assert [line.key.partition(":")[0] for line in found.above] == ["outcome", "trial"]
    assert [source.source for source in found.sources] == ["lu2020"]
    assert any("favour" in sentence.text for sentence in found.sentences)


def test_a_survey_row_leads_to_the_sentence_patients_read() -> None:
    found = chain(KNOWLEDGE, "harm:H001", TOPIC, DAY)
    assert any(sentence.heading == "In short" and "side effect" in sentence.text for sentence in found.sentences)


def test_rows_of_every_kind_can_be_explained() -> None:
    for reference in ("trial:shlay1998", "pool:P86", "modifier:H192", "indication:I001", "rule:pacemaker-ea"):
        assert chain(KNOWLEDGE, reference, TOPIC, DAY).row.text


def test_what_is_no_row_says_what_to_write() -> None:
    with pytest.raises(InputError, match="such as value:O001"):
        chain(KNOWLEDGE, "nothing", TOPIC, DAY)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert "witt2009" in run(capsys, "explain", "H001").out
    assert run(capsys, "explain", "H001", "--json").json["chain"]["row"]["key"] == "harm:H001"
    assert run(capsys, "explain", "nothing").code == 2
