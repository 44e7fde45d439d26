"""A bucket gives what a minute allows, fills evenly, and is one's own."""

from __future__ import annotations

from typing import Any

import pytest

from deqi.web.api.budget import Budget, asker, house


def test_a_minute_holds_so_many_and_no_more() -> None:
    budget = Budget(30)
    assert [budget.wait("192.0.2.1", 5.0) for _ in range(32)] == [0] * 30 + [2, 2]


@pytest.mark.parametrize(("rate", "seconds"), [(1, 60), (30, 2), (600, 1)])
def test_who_waits_as_told_is_served(rate: int, seconds: int) -> None:
    budget = Budget(rate)
    for _ in range(rate):
        budget.wait("192.0.2.1", 0.0)
    assert budget.wait("192.0.2.1", 0.0) == seconds
    assert budget.wait("192.0.2.1", 0.0 + seconds) == 0


def test_in_an_hour_nobody_gets_more_than_the_rate_and_one_bucket() -> None:
    budget, served = Budget(10), 0
    for tenth in range(36_000):
        served += budget.wait("192.0.2.1", tenth / 10) == 0
    assert served == pytest.approx(600 + 10, abs=1)


def test_buckets_are_ones_own_and_few_are_remembered() -> None:
    budget = Budget(1, most=2)
    assert [budget.wait(one, 0.0) for one in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [0, 0, 60]
    for last in range(9):
        budget.wait(f"198.51.100.{last}", 0.0)
    assert len(budget._buckets) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("nonsense", "other nonsense", True),
    ],
)
def test_a_network_of_version_6_is_one_house(one: str, other: str, same: bool) -> None:
    assert (house(one) == house(other)) is same


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("203.0.113.5", 0, "127.0.0.1"),
        ("", 1, "127.0.0.1"),
        ("203.0.113.5", 1, "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5", 1, "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5, 192.0.2.9", 2, "203.0.113.5"),
        ("203.0.113.5", 2, "127.0.0.1"),
        (",,", 1, "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded: str, proxies: int, found: str) -> None:
    class Request:
        headers: dict[str, Any] = {"X-Forwarded-For": forwarded}  # noqa: RUF012
        META: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1"}  # noqa: RUF012

    assert asker(Request(), proxies) == found
