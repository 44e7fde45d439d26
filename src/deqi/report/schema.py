"""The published JSON Schema of ``deqi report --json``, made from the model so that the two cannot part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from deqi.report.model import Report

PUBLISHED = Path(__file__).parent / "schemas" / "report.json"


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a report. A number that could not be estimated is null."""
    schema = msgspec.json.schema(Report)
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deqi report",
        **_nullable(schema),
    }
    return found


def schema_text() -> str:
    """The schema as the published file holds it."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2).decode() + "\n"


def _nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _nullable(value) for key, value in node.items()}
    if made.get("type") == "number":
        made["type"] = ["number", "null"]
    return made
