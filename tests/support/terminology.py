"""Small tables for the tests of this folder. Made up to show one thing each; not the knowledge."""

import datetime as dt

from deqi.knowledge.tables.vocabulary import Code, CodeSet, DrugProduct, Region, Unit
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder
from deqi.people.terminology.units import UnitTable

PROVENANCE = {
    "verified": "no",
    "basis": "default",
    "authored_by": "deqi",
    "reviewed_on": dt.date(2026, 11, 24),
    "review_by": dt.date(2027, 11, 24),
}


def code_set(name, kind, names=(), not_names=()):
    return CodeSet(set=name, kind=kind, title=name.title(), names=names, not_names=not_names, **PROVENANCE)


def code(name, system, value, match="exact", display=""):
    return Code(set=name, system=system, code=value, display=display, match=match, **PROVENANCE)


def product(system, value, ingredient):
    return DrugProduct(system=system, code=value, display="", ingredient=ingredient, **PROVENANCE)


def unit(value, to, factor, offset=0.0, quantity=""):
    return Unit(code=value, to=to, factor=factor, offset=offset, quantity=quantity, **PROVENANCE)


def region(name, parent, plain, kind="anatomy", other=None):
    return Region(
        region=name, parent=parent, kind=kind, name=other or plain.title(), plain_name=plain, paired=True, **PROVENANCE
    )


SETS = (
    code_set("diabetes", "condition", ("diabetes", "type 2 diabetes"), ("insipidus",)),
    code_set("epilepsy", "condition", ("epilepsy", "seizure disorder")),
    code_set("lymphoedema", "condition", ("lymphoedema", "lymphedema")),
    code_set("no-words", "condition"),
    code_set("anticoagulant", "medication", ("warfarin", "apixaban")),
    code_set("platinum", "medication", ("oxaliplatin",)),
    code_set("pacemaker", "device", ("pacemaker",), ("removal",)),
    code_set("latex-allergy", "allergy", ("latex",)),
    code_set("platelet-count", "observation", ("platelets", "platelet count")),
    code_set("pregnancy-status", "observation"),
    code_set("positive-pregnancy", "value", ("pregnant",), ("not",)),
)

CODES = (
    code("diabetes", "icd10cm", "E11", "category", "Type 2 diabetes mellitus"),
    code("diabetes", "snomed", "44054006"),
    code("epilepsy", "icd10cm", "G40.9", "category"),
    code("lymphoedema", "icd10cm", "I89.0", "exact", "Lymphedema, not elsewhere classified"),
    code("no-words", "icd10cm", "R20", "category"),
    code("anticoagulant", "rxnorm", "11289"),
    code("anticoagulant", "atc", "B01AA", "category"),
    code("platinum", "rxnorm", "32592"),
    code("pacemaker", "snomed", "14106009"),
    code("latex-allergy", "snomed", "111088007"),
    code("platelet-count", "loinc", "777-3"),
    code("pregnancy-status", "loinc", "82810-3"),
    code("positive-pregnancy", "snomed", "77386006"),
)

PRODUCTS = (product("rxnorm", "855332", "11289"), product("rxnorm", "1736776", "32592"))

UNITS = (
    unit("10*3/uL", "10*9/L", 1),
    unit("/uL", "10*9/L", 0.001),
    unit("[degF]", "Cel", 5 / 9, -160 / 9),
    unit("pg/mL", "ng/L", 1),
    unit("ng/L", "pmol/L", 0.7378, quantity="vitamin-b12"),
    unit("{INR}", "1", 1),
)

REGIONS = (
    region("body", "", "whole body"),
    region("neck", "body", "neck"),
    region("arm", "body", "arm", other="Upper limb"),
    region("upper-arm", "arm", "upper arm"),
    region("hand", "arm", "hand"),
    region("knee", "body", "knee"),
    region("foot", "body", "foot"),
    region("affected-limb", "body", "the affected limb", kind="relative"),
)

INDEX = CodeIndex.build(SETS, CODES, PRODUCTS)
SITES = SiteFinder(REGIONS)
TABLE = UnitTable.build(UNITS)
AS_OF = dt.date(2026, 11, 24)
