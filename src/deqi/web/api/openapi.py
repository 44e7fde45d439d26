"""The description for programs (OpenAPI 3.1), made from the structs themselves."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import msgspec

from deqi.api import look_up, pooling
from deqi.web.api.documents import Problem
from deqi.web.api.endpoint import ENDPOINTS, JSON, ROOT, Endpoint
from deqi.web.pooling.network import FIGURES as DRAWINGS
from deqi.web.site.library import library
from deqi.web.site.pages import words

TEMPLATE = "#/components/schemas/{name}"
PROBLEM = "application/problem+json"
GET_FAULTS = (400, 404, 405, 411, 413, 422, 429, 503)
POST_FAULTS = (400, 403, 404, 405, 408, 411, 413, 415, 422, 429, 503)


def document() -> dict[str, Any]:
    """The whole description."""
    given, components = msgspec.json.schema_components(
        [Problem, *(one.gives for one in ENDPOINTS)], ref_template=TEMPLATE
    )
    asked, more = msgspec.json.schema_components([one.asks for one in ENDPOINTS], ref_template=TEMPLATE)
    problem, *documents = given
    paths: dict[str, Any] = {}
    for one, body, gives in zip(ENDPOINTS, asked, documents, strict=True):
        paths[f"/{ROOT}{one.place}"] = {one.method.lower(): _operation(one, more, body, gives, problem)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": words("api.info.title"),
            "version": metadata.version("deqi"),
            "description": words("api.info.description", {"edition": library().edition}),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": {**{name: _nullable(one) for name, one in components.items()}, **more}},
    }


def _operation(one: Endpoint, bodies: dict[str, Any], body: dict[str, Any], gives: Any, problem: Any) -> dict[str, Any]:
    faults = GET_FAULTS if one.method == "GET" else tuple(fault for fault in POST_FAULTS if fault != 404 or one.parts)
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": words(f"api.{one.name}"),
        "parameters": [_part(name) for name in one.parts],
        "responses": {
            "200": {"description": words("api.answer.200"), "content": {JSON: {"schema": gives}}},
            **{str(status): _fault(status, problem) for status in faults},
        },
    }
    if one.method == "POST":
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    else:
        named = bodies[body["$ref"].rpartition("/")[2]]
        found["parameters"] += [
            {"name": name, "in": "query", "schema": _present(schema)} for name, schema in named["properties"].items()
        ]
    return found


def _part(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if name == "topic":
        schema["enum"] = [one.name for one in look_up.topics(library())]
    elif name == "figure":
        schema["enum"] = list(pooling.figures())
    elif name == "drawing":
        schema["enum"] = list(DRAWINGS)
    else:
        schema["examples"] = [words(f"api.part.{name}.example")]
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": words(f"api.part.{name}")}


def _present(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of what may be left out of an address, where it stands: null cannot."""
    kept = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return kept[0] if kept else {key: value for key, value in schema.items() if key != "default"}


def _fault(status: int, problem: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": words(f"api.answer.{status}"),
        "content": {PROBLEM: {"schema": problem}},
    }
    if status == 429:
        found["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": words("api.retry")}}
    return found


def _nullable(node: Any) -> Any:
    """A number that could not be estimated is null."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _nullable(value) for key, value in node.items()}
    if made.get("type") == "number":
        made["type"] = ["number", "null"]
    return made
