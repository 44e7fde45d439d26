"""Thresholds and durations stand in one reviewed table: every row is read, and no other number judges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from deqi.knowledge import Knowledge
from deqi.knowledge.csvtable import TableError
from deqi.knowledge.tables.vocabulary import Threshold
from deqi.knowledge.thresholds import Thresholds, thresholds, typed

SOURCE = Path(__file__).parents[3] / "src" / "deqi"
ROOMS = ("safety", "evidence", "people")
"""Where a number may judge a person, a plan or the evidence."""
NO_JUDGEMENT = {
    "safety/cases/run.py MAX_BYTES": "a file",
    "safety/compare.py MAX_BYTES": "a file",
    "safety/evaluate/measured.py DECIMALS": "rounding of what binary fractions cannot hold",
    "safety/needling/atlas.py DIGITS": "rounding of what binary fractions cannot hold",
    "safety/needling/atlas.py UPRIGHT": "a right angle",
    "safety/needling/depth.py ANYBODY": "factors of one: nothing shrinks",
    "safety/needling/plan.py Millimetres": "the form of a plan file",
    "safety/needling/plan.py Degrees": "the form of a plan file",
    "safety/needling/plan.py Minutes": "the form of a plan file",
    "safety/needling/plan.py Count": "the form of a plan file",
    "safety/needling/plan_file.py MAX_NEEDLINGS": "the form of a plan file",
    "safety/needling/shorthand.py MAX_LINES": "how much is read",
    "safety/needling/shorthand.py MAX_WORD": "how much is quoted",
    "safety/plancheck/alternatives.py MOST": "how many are printed",
    "safety/plancheck/check.py HEADLINE": "how many are printed",
    "evidence/harm_lists.py PER": "what rates are printed per",
    "evidence/harms.py NAGQ": "points of a quadrature",
    "evidence/network.py _ALL_DIRECT": "rounding",
    "evidence/table/agreement.py _FEWEST": "a middle of others needs two of them",
    "evidence/table/agreement.py _LEVELS": "levels that papers print",
    "evidence/table/agreement.py _LAST_DIGIT": "rounding",
    "evidence/table/columns.py USUAL_LEVEL": "what papers print",
    "evidence/table/decoding.py _LOOKED_AT": "a file",
    "evidence/table/strays.py _MOST_TITLES": "rows of a file",
    "evidence/table/unlike.py _HIGH": "codes of programs for a missing number",
    "evidence/table/unlike.py _LOW": "codes of programs for a missing number",
    "evidence/table/unlike.py _LONGEST": "letters of a cell",
    "evidence/table/layouts.py LONGEST": "letters of a name",
    "evidence/table/headers.py _LONGEST": "letters of a name",
    "evidence/table/webtable.py _MOST_SPANNED": "columns of a file",
    "evidence/table/repeats.py _SO_FEW": "rows of a usual table",
    "evidence/table/wrongway.py _MOST_STUDIES": "what can be looked at in time",
    "evidence/table/contrasts.py MOST_ROWS_SERVED": "what a model can be fitted to in time",
    "evidence/table/contrasts.py MOST_TREATMENTS_SERVED": "what a model can be fitted to in time",
    "evidence/table/doubts.py _FEWEST_BESIDE": "a middle of others needs two of them",
    "evidence/table/doubts.py _MOST_LOOKED_AT": "what can be looked at in time",
    "evidence/table/spelling.py _LONG_ENOUGH": "letters from which a name is a word",
    "evidence/table/spelling.py _LONG_ENOUGH_WITHOUT": "letters from which a name is a word",
    "evidence/table/spelling.py _MOST_COMPARED": "what can be looked at in time",
    "evidence/table/sums.py _COUNTED": "numbers that make a row",
    "evidence/table/sums.py _FEWEST": "rows that make a sum",
    "evidence/table/sums.py _MOST_LOOKED_AT": "what can be looked at in time",
    "evidence/table/sums.py _BETWEEN_ROUNDINGS": "rounding",
    "evidence/table/parts.py _MOST_LEVELS": "what a model can be fitted to in time",
    "evidence/table/pooled.py MOST_FOR_GLMM": "what a model can be fitted to in time",
    "evidence/table/pooled.py MOST_COUNTS_SERVED": "what a model can be fitted to in time",
    "evidence/table/regressed.py MOST_ARRANGED": "what a model can be fitted to in time",
    "evidence/table/regressed.py MOST_ARRANGED_SERVED": "what a model can be fitted to in time",
    "evidence/table/regressed.py MOST_COEFFICIENTS_SERVED": "what a model can be fitted to in time",
    "evidence/table/regressed.py MOST_OF_BOTH_SERVED": "what a model can be fitted to in time",
    "evidence/table/reading.py MAX_BYTES": "a file",
    "evidence/table/reading.py MAX_ROWS": "a file",
    "evidence/table/reading.py _MOST_BESIDE": "rows of a file",
    "evidence/table/reading.py MAX_COLUMNS": "a file",
    "people/dates.py ANY_DAY": "the calendar",
    "people/dates.py FIRST_DAY": "the calendar",
    "people/fhir/convert.py _CACHE_LIMIT": "memory",
    "people/fhir/documents.py MAX_NESTED_BUNDLES": "a file",
    "people/fhir/elements.py _LONGEST_UNREAD": "how much is quoted",
    "people/fhir/elements.py _DAYS": "the calendar",
    "people/fhir/elements.py _parse": "memory",
    "people/fhir/folder.py _HEAD": "a file",
    "people/files/source.py MAX_BYTES": "a file",
    "people/files/source.py MAX_GZIP_RATIO": "a file",
    "people/files/source.py _CHUNK": "a file",
    "people/files/source.py BLOCK": "a file",
    "people/files/yaml_text.py MAX_BYTES": "a file",
    "people/files/yaml_text.py MAX_DEPTH": "a file",
    "people/terminology/alarms.py _SHORTEST_FUZZY": "spelling",
    "people/terminology/alarms.py _LONGEST_WORD": "spelling",
    "people/terminology/alarms.py _CACHE_LIMIT": "memory",
    "people/terminology/codes.py _SHORTEST_CATEGORY": "the form of ICD-10",
    "people/terminology/codes.py _CACHE_LIMIT": "memory",
    "people/terminology/hearing.py _ONE_EDIT": "spelling",
    "people/terminology/hearing.py _TWO_EDITS": "spelling",
    "people/terminology/hearing.py _MOST_MEANT": "how many are printed",
    "people/terminology/hearing.py _CACHE_LIMIT": "memory",
    "people/terminology/lexicon.py _LONGEST_NAME": "spelling",
    "people/terminology/lexicon.py SHORTEST_WORD": "spelling",
    "people/terminology/names.py _AFTER_REACH": "spelling",
    "people/terminology/sites.py _LONGEST_REGION": "spelling",
    "people/terminology/unit_spellings.py LONGEST": "spelling",
    "people/terminology/unit_spellings.py _LOST_EXPONENTS": "spelling",
    "people/terminology/unit_spellings.py _LARGEST_POWER": "spelling",
    "people/terminology/units.py _MAX_STEPS": "steps from unit to unit",
    "people/terminology/value_sets.py MAX_BYTES": "a file",
}
"""Numbers at the head of modules that judge nobody and no evidence, and what they are about."""


def test_every_row_has_a_field_and_every_field_a_row(knowledge: Knowledge) -> None:
    rows = knowledge.rows(Threshold)
    named = {row.threshold.replace("-", "_") for row in rows}
    assert named == {field.name for field in msgspec.structs.fields(Thresholds)}
    assert all(getattr(thresholds(), row.threshold.replace("-", "_")) == row.value for row in rows)


def test_every_field_is_read() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.stem != "thresholds")
    unread = [field.name for field in msgspec.structs.fields(Thresholds) if f".{field.name}" not in code]
    assert unread == []


@pytest.mark.parametrize(
    ("change", "words"),
    [({"value": 2.5}, "Expected `int`"), ({"threshold": "nobody-reads-this"}, "nobody_reads_this")],
)
def test_a_row_that_does_not_fit_is_refused(knowledge: Knowledge, change: dict[str, object], words: str) -> None:
    first, *rest = knowledge.rows(Threshold)
    assert first.threshold == "longest-pregnancy-days"
    with pytest.raises(TableError, match=words):
        typed([msgspec.structs.replace(first, **change), *rest])


def test_a_value_no_paper_states_is_labelled(knowledge: Knowledge) -> None:
    for row in knowledge.rows(Threshold):
        assert (row.basis == "default") == (row.source == ("default",)), row.threshold


def numbers(path: Path) -> Iterator[str]:
    """The names at the head of a module that hold a number."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "re.compile":
            continue
        if any(isinstance(one, ast.Constant) and type(one.value) in (int, float) for one in ast.walk(node.value)):
            for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))


def test_no_other_number_judges() -> None:
    found = {
        f"{path.relative_to(SOURCE).as_posix()} {name}"
        for room in ROOMS
        for path in (SOURCE / room).rglob("*.py")
        for name in numbers(path)
    }
    assert found == set(NO_JUDGEMENT), "put it in thresholds.csv, or say here what else it is"


PLAIN = {0, 1, 2, -1, 0.5, 100}
"""Numbers that compare with nothing of medicine: nothing, one, a pair, a half, a hundred."""
NO_JUDGEMENT_INSIDE = {
    "evidence/harms.py 1e-12": "no division by nothing",
    "evidence/network.py 1e-09": "rounding",
    "people/dates.py 10": "the form of a date",
    "people/dates.py 12": "the calendar",
    "people/dates.py 40": "the form of a date",
    "people/files/source.py 20": "a file",
    "people/files/source.py 30": "a file",
    "safety/document.py 12": "the calendar",
    "safety/document.py 31": "the calendar",
    "safety/evaluate/gestation.py 8": "the form of ICD-10-CM",
    "safety/evaluate/gestation.py 42": "the form of ICD-10-CM",
}


def compared(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for one in (node.left, *node.comparators) if isinstance(node, ast.Compare) else ():
            for part in ast.walk(one):
                if isinstance(part, ast.Constant) and type(part.value) in (int, float) and part.value not in PLAIN:
                    yield f"{part.value}"


def test_no_number_inside_a_comparison_judges() -> None:
    found = {
        f"{path.relative_to(SOURCE).as_posix()} {number}"
        for room in ROOMS
        for path in (SOURCE / room).rglob("*.py")
        for number in compared(path)
    }
    assert found == set(NO_JUDGEMENT_INSIDE), "put it in thresholds.csv, or say here what else it is"
