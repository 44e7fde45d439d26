"""The published JSON Schemas of the files a person writes."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal


def schema(name: Literal["person", "answers", "settings"]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the person, answers or settings file."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.schema.json").read_text("utf-8"))
    return loaded
