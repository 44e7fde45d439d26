"""A clinic may set thresholds within their range, and never so that an absolute rule lets more people through."""

import pytest

from deqi.errors import InputError
from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Setting
from deqi.safety.rules.thresholds import settle

KNOWLEDGE = load()
ROWS = KNOWLEDGE.rows(Setting)
ABSOLUTE = {rule.id for rule in KNOWLEDGE.rules if rule.severity == "absolute"}


def settled(**chosen: float) -> object:
    return settle(ROWS, KNOWLEDGE.rules, {name.replace("_", "-"): value for name, value in chosen.items()})


def test_without_a_choice_the_defaults_hold() -> None:
    settings = settle(ROWS, KNOWLEDGE.rules, {})
    assert settings.overrides == ()
    assert settings.values == {row.setting: row.default_value for row in ROWS}


def test_a_choice_is_printed_beside_its_default() -> None:
    row = next(row for row in ROWS if row.rule not in ABSOLUTE and row.high > row.default_value)
    [override] = settle(ROWS, KNOWLEDGE.rules, {row.setting: row.high}).overrides
    assert (override.default, override.value, override.unit) == (row.default_value, row.high, row.unit)


def test_an_unknown_setting_and_one_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="no such setting"):
        settled(luck=7)
    row = ROWS[0]
    with pytest.raises(InputError, match="is outside"):
        settle(ROWS, KNOWLEDGE.rules, {row.setting: row.high + 1})


@pytest.mark.parametrize("row", [row for row in ROWS if row.rule in ABSOLUTE], ids=lambda row: row.setting)
def test_no_choice_loosens_an_absolute_rule(row: Setting) -> None:
    looser, stricter = (row.low, row.high) if row.safer == "higher" else (row.high, row.low)
    if looser != row.default_value:
        with pytest.raises(InputError, match=f"loosen the absolute rule {row.rule}"):
            settle(ROWS, KNOWLEDGE.rules, {row.setting: looser})
    assert settle(ROWS, KNOWLEDGE.rules, {row.setting: stricter}).values[row.setting] == stricter


def test_every_setting_of_an_absolute_rule_names_the_rule() -> None:
    """A threshold that an absolute rule uses is guarded only if its row says so."""
    text = {rule.id: str(rule.when) for rule in KNOWLEDGE.rules}
    for row in ROWS:
        users = {rule for rule, when in text.items() if f"'@{row.setting}'" in when}
        if users & ABSOLUTE:
            assert row.rule in users & ABSOLUTE or row.low == row.high or _cannot_loosen(row), (row.setting, users)


def _cannot_loosen(row: Setting) -> bool:
    looser = row.low if row.safer == "higher" else row.high
    return looser == row.default_value
