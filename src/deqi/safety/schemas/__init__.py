"""The published JSON Schemas of assessments, plans and conformance cases."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal


def schema(name: Literal["assessment", "case", "plan"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an assessment, a file of cases, or a plan file."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.json").read_text("utf-8"))
    return loaded
