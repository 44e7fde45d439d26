"""A comparison of the shipped evidence that is pooled from four trials or more."""

from __future__ import annotations

from deqi.evidence.benefits import benefit_evidence
from deqi.evidence.repool import key_of
from deqi.knowledge import load

LEAST = 4


def pooled_comparison(topic: str) -> str:
    """Its address on the site."""
    for cell in benefit_evidence(load(), topic).cells:
        for synthesis in cell.syntheses:
            if synthesis.estimate is not None and len(synthesis.effects) >= LEAST:
                return f"/t/{topic}/{cell.group}/{key_of(synthesis)}"
    raise AssertionError("no comparison with a pool of four trials")
