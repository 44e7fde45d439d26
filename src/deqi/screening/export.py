"""The result tables in files that only their owner can read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import pyarrow as pa

from deqi.errors import InputError
from deqi.people.facts import KINDS
from deqi.people.reading import Unreadable
from deqi.safety.evaluate.doubt import WHYS
from deqi.screening.sql.layout import Layout
from deqi.screening.sql.restricting import fill_in
from deqi.screening.workspace import Workspace
from deqi.writing import replacing

Format = Literal["parquet", "csv", "ndjson"]
_OPTIONS: dict[Format, str] = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER",
    "ndjson": "FORMAT json",
}
_STANDS = "p.file, p.line, p.path, p.resource_id"
_AS_MET = "CAST(p.token[2:] AS BIGINT)"
"""The order in which the persons were met."""

_PERSONS = f"""
    SELECT p.token, {_STANDS}, p.sex, p.dead AS deceased, r.candidacy, r.if_clear,
        coalesce(f.findings, 0) AS findings, coalesce(q.questions, 0) AS questions,
        coalesce(o.possible, 0) AS possible, coalesce(o.possible_sets, '') AS possible_sets,
        coalesce(n.not_understood, 0) AS not_understood, s.standing,
        concat_ws(';', {", ".join(f"CASE WHEN p.unreadable_{kind} THEN '{kind}' END" for kind in KINDS)}) AS unreadable
    FROM persons p
    LEFT JOIN (SELECT * FROM results) r ON r.person = p.person AND NOT p.dead
    LEFT JOIN (SELECT person, count(DISTINCT rule_index) AS findings FROM found GROUP BY 1) f ON f.person = r.person
    LEFT JOIN (SELECT person, count(*) AS questions FROM questions GROUP BY 1) q ON q.person = r.person
    LEFT JOIN (SELECT person, count(DISTINCT row) AS possible,
            string_agg(DISTINCT one, ';' ORDER BY one) AS possible_sets
        FROM (SELECT person, row, unnest(string_split(sets, ';')) AS one FROM possible) GROUP BY 1) o
        ON o.person = r.person
    LEFT JOIN (SELECT person, count(*) AS not_understood FROM not_understood GROUP BY 1) n ON n.person = r.person
    LEFT JOIN standing s ON s.person = r.person
    ORDER BY {_AS_MET}
"""
_FINDINGS = """
    SELECT p.token, n.rule, n.severity, n.stage, n.red_flag, n.verified, n.basis,
        {restricts} AS restricts, b.role,
        CASE WHEN a.row IS NOT NULL THEN 'answer' ELSE f.kind END AS kind, coalesce(d.system, '') AS system,
        coalesce(a.question, d.code, '') AS code,
        coalesce(nullif(d.display, ''), d.text, '') AS display,
        coalesce(a.text, CAST(f.value AS VARCHAR), d.value_text, '') AS value, coalesce(a.unit, f.unit, '') AS unit,
        coalesce(f.start_first, f.recorded_first, a.given_first) AS first_day,
        coalesce(CASE WHEN f.start_first IS NOT NULL THEN f.start_last ELSE f.recorded_last END, a.given_last)
            AS last_day,
        f.end_first AS end_first_day, f.end_last AS end_last_day, coalesce(f.state, '') AS state, f.site, f.side,
        coalesce(f.how, '') AS matched_by,
        coalesce(d.file, a.file, '') AS file, coalesce(d.line, a.line) AS line, coalesce(d.path, a.path, '') AS path,
        coalesce(d.resource_id, a.resource_id, '') AS resource_id
    FROM found w
    JOIN persons p USING (person)
    JOIN k_rules n USING (rule_index)
    JOIN restricting x ON x.person = w.person AND x.rule_index = w.rule_index
    LEFT JOIN because b ON b.person = w.person AND b.rule_index = w.rule_index
    LEFT JOIN (SELECT * FROM facts QUALIFY row_number() OVER (PARTITION BY row ORDER BY "set") = 1) f ON f.row = b.row
    LEFT JOIN details d ON d.row = b.row
    LEFT JOIN answers a ON a.row = -1 - b.row
    WHERE NOT p.dead
    ORDER BY {as_met}, n.rank, b.role, b.row
"""
_QUESTIONS = f"""
    SELECT p.token, q.rank + 1 AS rank, q.question, q.decides
    FROM questions q JOIN persons p USING (person) WHERE NOT p.dead ORDER BY {_AS_MET}, q.rank
"""


_UNCLEAR = f"""
    SELECT p.token, u.why, u.sets, f.kind, coalesce(d.system, '') AS system, coalesce(d.code, '') AS code,
        coalesce(nullif(d.display, ''), d.text, '') AS display,
        coalesce(CAST(f.value AS VARCHAR), d.value_text, '') AS value, coalesce(f.unit, '') AS unit,
        coalesce(f.start_first, f.recorded_first) AS first_day,
        CASE WHEN f.start_first IS NOT NULL THEN f.start_last ELSE f.recorded_last END AS last_day,
        f.state, d.file, d.line, d.path, d.resource_id
    FROM (SELECT person, row, sets, why AS place, list_extract({list(WHYS)}, why + 1) AS why FROM possible
        UNION ALL SELECT person, row, '' AS sets, {len(WHYS)} AS place, 'not understood' AS why FROM not_understood) u
    JOIN persons p USING (person)
    JOIN (SELECT * FROM facts QUALIFY row_number() OVER (PARTITION BY row ORDER BY "set") = 1) f USING (row)
    LEFT JOIN details d USING (row)
    WHERE NOT p.dead ORDER BY {_AS_MET}, u.place, row
"""


def write_tables(
    space: Workspace, layout: Layout, folder: Path, form: Format, unreadable: tuple[Unreadable, ...] = ()
) -> tuple[Path, ...]:
    """Write ``persons``, ``findings`` (a row for each deciding fact), ``questions``, ``unclear`` (records that could
    mean a hazard, and those that no table knows) and ``unreadable``.

    The files are readable by their owner alone, and replace older ones only when all of them are whole.

    Raises:
        InputError: the folder cannot be made or written to.
    """
    space.connection.register("unreadable_records", _unreadable_table(unreadable))
    fill_in(space.connection, layout)
    tables = {
        "persons": _PERSONS,
        # What is JSON already is not written as text into JSON.
        "findings": _FINDINGS.format(
            restricts="CAST(x.restricts AS JSON)" if form == "ndjson" else "x.restricts", as_met=_AS_MET
        ),
        "questions": _QUESTIONS,
        "unclear": _UNCLEAR,
        "unreadable": "SELECT * FROM unreadable_records",
    }
    made = []
    for name, query in tables.items():
        made.append(space.folder / f"{name}.{form}")
        asked = _harmless(space, query) if form == "csv" else query
        space.connection.execute(f"COPY ({asked}) TO '{_quoted(made[-1])}' ({_OPTIONS[form]})")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); name a folder that you may write to."
        ) from None
    places = tuple(folder / one.name for one in made)
    with replacing(places, private=True) as neighbours:
        for one, neighbour in zip(made, neighbours, strict=True):
            shutil.copyfile(one, neighbour)
            one.unlink()
    return places


def _harmless(space: Workspace, query: str) -> str:
    """The query with an apostrophe before cells that a spreadsheet would run as formulas."""
    described = space.connection.execute(f"DESCRIBE {query}").fetchall()
    columns = [
        f"""CASE WHEN regexp_matches("{name}", '^[=+@\\t\\r-]') THEN '''' || "{name}" ELSE "{name}" END AS "{name}\""""
        if kind == "VARCHAR"
        else f'"{name}"'
        for name, kind, *_ in described
    ]
    return f"SELECT {', '.join(columns)} FROM ({query})"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _unreadable_table(records: tuple[Unreadable, ...]) -> pa.Table:
    schema = pa.schema(
        [
            ("file", pa.string()),
            ("line", pa.int64()),
            ("path", pa.string()),
            ("type", pa.string()),
            ("reason", pa.string()),
        ]
    )
    rows = [
        {
            "file": one.origin.file,
            "line": one.origin.line,
            "path": one.origin.path,
            "type": one.type,
            "reason": one.reason,
        }
        for one in records
    ]
    return pa.Table.from_pylist(rows, schema)
