"""What each finding restricts for its person, as the reference engine fills it in.

Most rules restrict the same for everybody. Of the others it depends on where the deciding facts are and on the answer
to the rule's site question; each different combination is filled in once.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import msgspec
import pyarrow as pa

from deqi.safety.evaluate.standing import NOT_SAID
from deqi.safety.rules.catalog import CompiledRule
from deqi.safety.rules.restrict import Place, Restricted, Sides, restricted_at
from deqi.screening.sql.layout import Layout

_QUESTIONS = pa.schema([("rule_index", pa.int16()), ("question", pa.string())])
_WHERE = f"""
    CREATE OR REPLACE TEMP TABLE finding_places AS
    WITH relative AS (SELECT w.person, w.rule_index, k.question FROM found w JOIN site_questions k USING (rule_index)),
    sited AS (
        SELECT b.person, b.rule_index, list(DISTINCT {{'site': f.site, 'side': f.side}}) AS facts
        FROM because b JOIN site_questions USING (rule_index) JOIN facts f USING (row)
        WHERE b.role = 'because' GROUP BY ALL
    )
    SELECT r.person, r.rule_index, coalesce(list_sort(s.facts), []) AS facts, a.text AS reported
    FROM relative r
    LEFT JOIN sited s USING (person, rule_index)
    LEFT JOIN (SELECT * FROM answers WHERE text NOT IN ({", ".join(f"'{word}'" for word in NOT_SAID)})) a
        ON a.person = r.person AND a.question = r.question
"""
_FILLED = pa.schema(
    [
        ("rule_index", pa.int16()),
        ("facts", pa.list_(pa.struct([("site", pa.string()), ("side", pa.string())]))),
        ("reported", pa.string()),
        ("restricts", pa.string()),
    ]
)


def fill_in(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Make ``restricting`` (person, index of the rule, what is restricted as JSON) for every finding."""
    _register(connection, "site_questions", _QUESTIONS, _site_questions(layout))
    connection.execute(_WHERE)
    combinations = connection.execute("SELECT DISTINCT rule_index, facts, reported FROM finding_places").fetchall()
    filled = [
        {
            "rule_index": rule_index,
            "facts": facts,
            "reported": reported,
            "restricts": _at(layout, rule_index, facts, reported),
        }
        for rule_index, facts, reported in combinations
    ]
    _register(connection, "filled_in", _FILLED, filled)
    _register(
        connection, "for_all", pa.schema([("rule_index", pa.int16()), ("restricts", pa.string())]), _for_all(layout)
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE restricting AS
        SELECT w.person, w.rule_index, k.restricts FROM found w JOIN for_all k USING (rule_index)
        UNION ALL
        SELECT w.person, w.rule_index, k.restricts FROM finding_places w
        JOIN filled_in k ON k.rule_index = w.rule_index AND k.facts = w.facts
            AND k.reported IS NOT DISTINCT FROM w.reported"""
    )


def _site_questions(layout: Layout) -> Iterable[dict[str, object]]:
    for rule_index, one in enumerate(layout.rules):
        if one.restricts is None:
            yield {"rule_index": rule_index, "question": one.rule.site_question}


def _for_all(layout: Layout) -> Iterable[dict[str, object]]:
    for rule_index, one in enumerate(layout.rules):
        if one.restricts is not None:
            yield {"rule_index": rule_index, "restricts": _written(one.restricts)}


def _at(layout: Layout, rule_index: int, facts: list[dict[str, str | None]], reported: str | None) -> str:
    rule: CompiledRule = layout.rules[rule_index]
    places = [Place(fact["site"], _side(fact["side"])) for fact in facts]
    return _written(restricted_at(rule.rule, places, reported or None, layout.catalog))


def _side(written: str | None) -> Sides | None:
    return None if written is None else msgspec.convert(written, Sides)


def _written(restricts: tuple[Restricted, ...]) -> str:
    return msgspec.json.encode(restricts).decode()


def _register(
    connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterable[dict[str, object]]
) -> None:
    connection.register("incoming", pa.Table.from_pylist(list(rows), schema))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM incoming")
    connection.unregister("incoming")
