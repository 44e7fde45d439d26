"""Addresses of what words rest on: from any number to its row, its source and the people behind them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from urllib.parse import urlencode

from deqi.api import look_up
from deqi.web.site import library, pages

OWN_PAGES = ("source", "rule", "trial")
MOST = 24
"""References that one address may name; a sentence of these pages rests on fewer."""


@functools.cache
def references() -> frozenset[str]:
    """Every reference that has an address."""
    return look_up.references(library.library())


@functools.lru_cache(maxsize=64)
def places(topic: str) -> Mapping[str, str]:
    """The address of every reference, as read from a topic."""
    return {one: address(topic, one) for one in sorted(references())}


def address(topic: str, reference: str) -> str:
    """Where one reference is explained."""
    kind, _, name = reference.partition(":")
    return f"/e/{kind}/{name}" if kind in OWN_PAGES else f"/e/row/{topic}/{kind}/{name}"


class Why:
    """The address for what a sentence of a topic's page rests on: the row itself, or the list of its rows."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.label = pages.words("why.label")

    def __call__(self, refs: tuple[str, ...]) -> str:
        known = [one for one in refs if one in references()]
        if len(known) == 1:
            return address(self.topic, known[0])
        return f"/e/why/{self.topic}?{urlencode({'r': ' '.join(known[:MOST])})}" if known else ""
