"""No code set that can only answer no: each holds codes in the systems a chart of its kind is written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.vocabulary import Code, CodeSet, DrugProduct
from deqi.knowledge.words import say

_SYSTEMS = {
    "condition": ("snomed", "icd10cm"),
    "medication": ("rxnorm", "atc"),
    "procedure": ("snomed",),
    "device": ("snomed",),
    "allergy": ("snomed",),
    "observation": ("loinc",),
    "value": ("snomed",),
}


def coverage_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Sets without codes in a system of their kind, unless a note of the set says why; products without a set."""
    systems = defaultdict(set)
    for code in knowledge.rows(Code):
        systems[code.set].add(code.system)
    for row in knowledge.rows(CodeSet):
        for system in _SYSTEMS[row.kind]:
            if system not in systems[row.set] and f"no {system}" not in row.note:
                yield Fault(
                    f"code_sets.csv, {row.set}",
                    say("check.set-without-system", system=system),
                )
    ingredients = {code.code for code in knowledge.rows(Code) if code.system == "rxnorm"}
    for product in knowledge.rows(DrugProduct):
        if product.ingredient not in ingredients:
            yield Fault(f"drug_products.csv, {product.code}", say("check.ingredient", ingredient=product.ingredient))
