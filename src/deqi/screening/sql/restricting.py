"""What each finding restricts for its person, as the reference engine fills it in.

Most rules restrict the same for everybody. Of the others it depends on where the deciding facts are and on the answer
to the rule's site question; each different combination is filled in once.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import msgspec
import pyarrow as pa

from deqi.safety.evaluate.context import UNSURE
from deqi.safety.rules.catalog import CompiledRule
from deqi.safety.rules.restrict import Place, Restricted, Sides, restricted_at
from deqi.screening.sql.layout import Layout

_QUESTIONS = pa.schema([("place", pa.int16()), ("question", pa.string())])
_WHERE = f"""
    CREATE OR REPLACE TEMP TABLE finding_places AS
    WITH relative AS (SELECT w.person, w.place, k.question FROM found w JOIN site_questions k USING (place)),
    sited AS (
        SELECT b.person, b.place, list(DISTINCT {{'site': f.site, 'side': f.side}}) AS facts
        FROM because b JOIN site_questions USING (place) JOIN facts f USING (row)
        WHERE b.role = 'because' GROUP BY ALL
    )
    SELECT r.person, r.place, coalesce(list_sort(s.facts), []) AS facts, a.text AS told
    FROM relative r
    LEFT JOIN sited s USING (person, place)
    LEFT JOIN (SELECT * FROM answers WHERE text NOT IN ({", ".join(f"'{word}'" for word in UNSURE)})) a
        ON a.person = r.person AND a.question = r.question
"""
_FILLED = pa.schema(
    [
        ("place", pa.int16()),
        ("facts", pa.list_(pa.struct([("site", pa.string()), ("side", pa.string())]))),
        ("told", pa.string()),
        ("restricts", pa.string()),
    ]
)


def fill_in(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Make ``restricting`` (person, place of the rule, what is restricted as JSON) for every finding."""
    _register(connection, "site_questions", _QUESTIONS, _site_questions(layout))
    connection.execute(_WHERE)
    combinations = connection.execute("SELECT DISTINCT place, facts, told FROM finding_places").fetchall()
    filled = [
        {"place": place, "facts": facts, "told": told, "restricts": _at(layout, place, facts, told)}
        for place, facts, told in combinations
    ]
    _register(connection, "filled_in", _FILLED, filled)
    _register(connection, "for_all", pa.schema([("place", pa.int16()), ("restricts", pa.string())]), _for_all(layout))
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE restricting AS
        SELECT w.person, w.place, k.restricts FROM found w JOIN for_all k USING (place)
        UNION ALL
        SELECT w.person, w.place, k.restricts FROM finding_places w
        JOIN filled_in k ON k.place = w.place AND k.facts = w.facts AND k.told IS NOT DISTINCT FROM w.told"""
    )


def _site_questions(layout: Layout) -> Iterable[dict[str, object]]:
    for place, one in enumerate(layout.rules):
        if one.restricts is None:
            yield {"place": place, "question": one.rule.site_question}


def _for_all(layout: Layout) -> Iterable[dict[str, object]]:
    for place, one in enumerate(layout.rules):
        if one.restricts is not None:
            yield {"place": place, "restricts": _written(one.restricts)}


def _at(layout: Layout, place: int, facts: list[dict[str, str | None]], told: str | None) -> str:
    rule: CompiledRule = layout.rules[place]
    places = [Place(fact["site"], _side(fact["side"])) for fact in facts]
    return _written(restricted_at(rule.rule, places, told or None, layout.catalog))


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
