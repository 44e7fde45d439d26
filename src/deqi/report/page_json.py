"""A page's blocks as JSON, for programs that show them themselves; the published documents are other things."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from deqi.report.blocks import Block, Figure, Page, Section

WIDTH = 720.0
"""Units a figure is drawn at."""


def as_json(page: Page) -> str:
    """The page."""
    document = {
        "title": page.title,
        "dated": page.dated,
        "notice": page.notice,
        "sections": [_section(one) for one in page.sections],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _section(one: Section) -> dict[str, Any]:
    return {
        "id": one.id,
        "heading": one.heading,
        "lead": [_block(say) for say in one.lead],
        "card": [_block(block) for block in one.card],
        "full": [_block(block) for block in one.full],
        "inner": [_section(inside) for inside in one.inner],
    }


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Figure):
        words = [dataclasses.asdict(one) for one in block.words]
        return {"kind": kind, "caption": block.caption, "svg": block.draw(WIDTH), "words": words}
    return {"kind": kind, **dataclasses.asdict(block)}
