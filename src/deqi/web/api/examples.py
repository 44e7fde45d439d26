"""An example for each address: asked when the page about them is made, and again over HTTP by a test."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from deqi.web.api.endpoint import ENDPOINTS, JSON, ROOT, Endpoint
from deqi.web.site.library import library
from deqi.web.site.pages import words

MOST_LINES = 24
"""Lines of an answer that a page shows."""


@dataclasses.dataclass(frozen=True)
class Example:
    """One request: the parts of the address, and the query or the body."""

    endpoint: Endpoint
    parts: dict[str, str]
    given: dict[str, Any]

    @property
    def address(self) -> str:
        """What stands behind the name of the site."""
        place = f"/{ROOT}{self.endpoint.place.format(**self.parts)}"
        if self.endpoint.method == "POST" or not self.given:
            return place
        return f"{place}?{'&'.join(f'{name}={value}' for name, value in self.given.items())}"

    @property
    def body(self) -> str:
        """The body; empty where the address says all."""
        if self.endpoint.method == "GET":
            return ""
        return msgspec.json.format(msgspec.json.encode(self.given), indent=2).decode()

    @property
    def request(self) -> str:
        """The request as it goes out."""
        head = f"{self.endpoint.method} {self.address}"
        return f"{head}\nContent-Type: {JSON}\n\n{self.body}" if self.body else head

    def answer(self) -> str:
        """The whole document."""
        asked = msgspec.convert(self.given, self.endpoint.asks, strict=False)
        return self.endpoint.text(asked, **self.parts)

    def opening(self) -> str:
        """The first lines of the document."""
        lines = self.answer().splitlines()
        return "\n".join([*lines[:MOST_LINES], *(["..."] if len(lines) > MOST_LINES else [])])


def examples() -> tuple[Example, ...]:
    """One for each address, in their order."""
    day = library().knowledge.edition.released
    who = {"sex": "female", "born": "1961-04-02", "medications": ["warfarin"]}
    needlings = [{"point": "ST36", "side": "both", "depth_mm": 15, "angle": "perpendicular"}]
    given: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
        "report_on": ({"topic": "diabetic"}, {"as_of": day}),
        "points": ({}, {"near": "sural"}),
        "point": ({"code": words("api.part.code.example")}, {}),
        "source": ({"name": words("api.part.name.example")}, {}),
        "pool_of": ({}, {"table": words("pool.example.table"), "measure": "OR", "also": ["egger"]}),
        "figure_of": (
            {"figure": words("api.part.figure.example")},
            {"table": words("pool.example.table"), "favours": words("api.favours.example")},
        ),
        "network_of": ({}, {"table": words("network.example.table"), "measure": "RR", "also": ["league"]}),
        "drawing_of": (
            {"drawing": words("api.part.drawing.example")},
            {"table": words("network.example.table"), "measure": "RR"},
        ),
        "assessment": ({}, {"person": who, "as_of": day}),
        "plan": ({}, {"plan": {"needlings": needlings}, "person": who, "as_of": day}),
        "openapi": ({}, {}),
    }
    return tuple(Example(one, *given[one.name]) for one in ENDPOINTS)
