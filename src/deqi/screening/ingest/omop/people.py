"""Who an OMOP folder is about: the tables ``person`` and ``death``, and every row of them that cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb

from deqi.errors import InputError
from deqi.knowledge.words import say
from deqi.people.reading import Unreadable
from deqi.screening.ingest.omop.files import OmopFiles, date_of, quoted, text_of, whole_of

FIRST_YEAR = 1900
"""Nobody in the records was born before."""
_FAULTS = (
    ("person_id IS NULL", "record.person-id"),
    ("person_id IS NOT NULL AND no_gender", "record.gender"),
    ("person_id IS NOT NULL AND no_birth", "record.birth"),
)
"""What is wrong with a row of the table person, as SQL and the key of its words."""


def read_people(files: OmopFiles, connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    """Make ``o_people`` (person_id, gender, birth_first, birth_last, contested) and ``o_death`` (person_id, died),
    a row for each person, and ``o_unread`` (of, row, id, bad) of what could not be read.

    A person whose rows contradict each other is ``contested`` and keeps only what they agree on. A birth outside of
    `FIRST_YEAR` to the day is none. A death of which a date cannot be read has none.

    Raises:
        InputError: no row is about a person.
    """
    connection.execute("CREATE OR REPLACE TABLE o_unread (of VARCHAR, row BIGINT, id VARCHAR, bad VARCHAR)")
    _births(files, connection, as_of)
    _people(connection)
    if connection.execute("SELECT 1 FROM o_people LIMIT 1").fetchone() is None:
        raise InputError(
            f"{files.name('person')}: nothing about a person; give a row for each, and the records about them"
        )
    _deaths(files, connection)
    connection.execute("DROP TABLE o_person_rows")


def unreadable_people(files: OmopFiles, connection: duckdb.DuckDBPyConnection, most: int) -> Iterator[Unreadable]:
    """What `read_people` could not read, in the order of the files."""
    for table, row, key, reason in connection.execute(
        f"SELECT of, row, id, bad FROM o_unread ORDER BY of DESC, row, bad LIMIT {most}"
    ).fetchall():
        yield Unreadable(files.origin(table, row, key, connection), table, reason)


def _births(files: OmopFiles, connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    def column(name: str) -> str:
        return files.column("person", name)

    parts = {"y": "year_of_birth", "m": "month_of_birth", "d": "day_of_birth"}
    whole = ", ".join(f"{whole_of(column(name))} AS {short}" for short, name in parts.items())
    garbled = " OR ".join(_garbled(column(name)) for name in parts.values())
    connection.execute(f"""CREATE OR REPLACE TABLE o_person_rows AS
        WITH written AS (
            SELECT row_number() OVER () - 1 AS row, {text_of(column("person_id"))} AS id,
                {whole_of(column("person_id"))} AS person_id, {whole_of(column("gender_concept_id"))} AS gender,
                {_garbled(column("gender_concept_id"))} AS no_gender, {whole}, {garbled} AS garbled
            FROM {files.source("person")}),
        dated AS (
            SELECT *, TRY_CAST(format('{{:04d}}-{{:02d}}-{{:02d}}', y, coalesce(m, 1),
                    CASE WHEN m IS NULL THEN 1 ELSE coalesce(d, 1) END) AS DATE) AS first,
                CASE WHEN m IS NULL THEN TRY_CAST(format('{{:04d}}-12-31', y) AS DATE)
                    WHEN d IS NULL THEN last_day(TRY_CAST(format('{{:04d}}-{{:02d}}-01', y, m) AS DATE))
                    ELSE TRY_CAST(format('{{:04d}}-{{:02d}}-{{:02d}}', y, m, d) AS DATE) END AS last
            FROM written)
        SELECT *, garbled OR (y IS NOT NULL AND NOT coalesce(y >= {FIRST_YEAR} AND first <= DATE '{as_of}', false))
            AS no_birth FROM dated""")
    for test, key in _FAULTS:
        reason = quoted(say(key, first=FIRST_YEAR))
        connection.execute(f"INSERT INTO o_unread SELECT 'person', row, id, '{reason}' FROM o_person_rows WHERE {test}")


def _people(connection: duckdb.DuckDBPyConnection) -> None:
    # The same row twice is one person. concat passes over what is null, so the separators are needed.
    connection.execute("""CREATE OR REPLACE TABLE o_people AS
        SELECT person_id, CASE WHEN genders = 1 THEN gender END AS gender,
            CASE WHEN births = 1 AND NOT no_birth THEN first END AS birth_first,
            CASE WHEN births = 1 AND NOT no_birth THEN last END AS birth_last,
            genders > 1 OR births > 1 AS contested, row
        FROM (SELECT person_id, any_value(gender) AS gender, any_value(first) AS first, any_value(last) AS last,
                bool_or(no_birth) AS no_birth, count(DISTINCT coalesce(gender, 0)) AS genders,
                count(DISTINCT concat(y, '-', m, '-', d)) AS births, max(row) AS row
            FROM o_person_rows WHERE person_id IS NOT NULL GROUP BY 1)""")
    reason = quoted(say("record.another-person-id"))
    connection.execute(f"""INSERT INTO o_unread SELECT 'person', row, CAST(person_id AS VARCHAR), '{reason}'
        FROM o_people WHERE contested""")


def _deaths(files: OmopFiles, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE OR REPLACE TABLE o_death (person_id BIGINT, died DATE)")
    if "death" not in files:
        return
    written = files.column("death", "death_date")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE o_death_rows AS
        SELECT row_number() OVER () - 1 AS row, {text_of(files.column("death", "person_id"))} AS id,
            {whole_of(files.column("death", "person_id"))} AS person_id, {date_of(written)} AS died,
            {date_of(written)} IS NULL AND {text_of(written)} <> '' AS no_date
        FROM {files.source("death")}""")
    nobody, undated = quoted(say("record.person-id")), quoted(say("record.date"))
    connection.execute(f"""INSERT INTO o_unread
        SELECT 'death', row, id, CASE WHEN person_id IS NULL THEN '{nobody}' ELSE '{undated}' END
        FROM o_death_rows WHERE person_id IS NULL OR no_date""")
    # The date that cannot be read may be the earlier one.
    connection.execute("""INSERT INTO o_death SELECT person_id, CASE WHEN NOT bool_or(no_date) THEN min(died) END
        FROM o_death_rows WHERE person_id IS NOT NULL GROUP BY 1""")
    connection.execute("DROP TABLE o_death_rows")


def _garbled(column: str) -> str:
    """Whether something is written that is no whole number."""
    return f"({whole_of(column)} IS NULL AND {text_of(column)} <> '')"
