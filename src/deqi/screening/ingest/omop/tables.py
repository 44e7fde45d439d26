"""An OMOP CDM 5.4 folder to columns: the tables of people's records, as CSV or Parquet, with ``concept``.

Codes come from ``concept`` (of the standard and of the source concept), a medicine's ingredients and classes from
``concept_ancestor`` where it is there. All that depends on the concepts alone is found out once for each of them; the
rows themselves stay in DuckDB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from deqi.errors import InputError
from deqi.knowledge.words import say
from deqi.people.facts import KINDS, Coding, Kind, SetMatch
from deqi.people.reading import Unreadable
from deqi.people.terminology.coverage import NO_CODE
from deqi.people.terminology.sites import side_of_codes, side_of_text
from deqi.screening.ingest.omop.files import OmopFiles, date_of, open_folder, quoted, text_of, whole_of
from deqi.screening.ingest.omop.people import read_people, unreadable_people
from deqi.screening.ingest.tables import ALARM, ANSWERS, NOTHING, UNKNOWN, Intake, Reader, shape
from deqi.screening.ingest.target import forget_slips

VOCABULARIES: Mapping[str, str] = {
    "SNOMED": "snomed",
    "ICD10CM": "icd10cm",
    "ICD10": "icd10",
    "RxNorm": "rxnorm",
    "LOINC": "loinc",
    "ATC": "atc",
    "CVX": "cvx",
}
"""Our names of the vocabularies whose codes our sets hold; another keeps its own name in lower case."""

KIND_OF_TABLE: Mapping[str, Kind] = {
    "condition_occurrence": "condition",
    "drug_exposure": "medication",
    "procedure_occurrence": "procedure",
    "device_exposure": "device",
    "measurement": "observation",
    "observation": "observation",
}
_COMPARATORS = {"=": "", **{sign: sign for sign in ("<", "<=", ">=", ">")}}
_NOT_READ = "?"
"""Stands for an operator that nobody knows: its number is then none."""
_UNREADABLE_MOST = 100_000


def read_omop(folder: Path, connection: duckdb.DuckDBPyConnection, reader: Reader) -> Intake:
    """Make the tables ``persons facts details answers`` of an OMOP folder.

    Raises:
        InputError: a table that has to be there is not, or lacks a column.
    """
    files = open_folder(folder, connection)
    try:
        return _Omop(files, connection, reader).read()
    except duckdb.BinderException:
        raise InputError(
            f"{folder}: a table lacks a column of OMOP CDM 5.4; export it with its standard names"
        ) from None
    except duckdb.InvalidInputException:
        raise InputError(f"{folder}: a table has a row that is no CSV; export it again, with quotation marks") from None


class _Omop:
    def __init__(self, files: OmopFiles, connection: duckdb.DuckDBPyConnection, reader: Reader) -> None:
        self._files = files
        self._connection = connection
        self._reader = reader

    def read(self) -> Intake:
        read_people(self._files, self._connection, self._reader.as_of)
        self._run(
            "CREATE OR REPLACE TABLE o_rows AS SELECT row_number() OVER () - 1 AS row, * FROM ("
            + " UNION ALL ".join(self._records(table) for table in KIND_OF_TABLE if table in self._files)
            + ")"
        )
        self._mark_bad()
        unreadable = tuple(self._unreadable())
        left_out = Counter({say("record.stranger"): self._strangers()})
        self._run("DELETE FROM o_rows WHERE bad <> ''")
        self._concepts()
        codings = self._dictionary()
        self._values()
        self._persons()
        self._facts()
        forget_slips(self._connection)
        self._keep("answers", pa.Table.from_pylist([], ANSWERS))
        if "concept_ancestor" not in self._files and "drug_exposure" in self._files:
            left_out[say("record.no-ancestor")] = self._one("SELECT count(*) FROM o_rows WHERE kind = 'medication'")
        records = dict(self._all("SELECT of, count(*) FROM o_rows GROUP BY 1 ORDER BY 1"))
        for name in ("o_rows", "o_concept", "o_dict", "o_match", "o_value", "o_unit", "o_person", "o_shape", "o_people",
                     "o_death", "o_unread", "o_bad", "o_above"):  # fmt: skip
            self._run(f"DROP TABLE IF EXISTS {name}")
        return Intake(records, {why: count for why, count in left_out.items() if count}, unreadable, codings)

    # Rows

    def _records(self, table: str) -> str:
        """The rows of one table in common columns; ``bad`` says what cannot be read."""
        files, kind = self._files, KIND_OF_TABLE[table]
        stem = {"condition_occurrence": "condition", "procedure_occurrence": "procedure"}.get(table, table)
        stem = {"drug_exposure": "drug", "device_exposure": "device"}.get(stem, stem)
        begins = {"condition_occurrence": "condition_start", "drug_exposure": "drug_exposure_start",
                  "device_exposure": "device_exposure_start"}.get(table, stem)  # fmt: skip
        ends = {"condition_occurrence": "condition_end", "drug_exposure": "drug_exposure_end",
                "device_exposure": "device_exposure_end"}.get(table, "")  # fmt: skip
        start, end = date_of(files.column(table, f"{begins}_date")), "CAST(NULL AS DATE)"
        if ends:
            end = date_of(files.column(table, f"{ends}_date"))
        if kind == "procedure":
            end = start
        person = whole_of(files.column(table, "person_id"))
        concept = whole_of(files.column(table, f"{stem}_concept_id"))
        source = whole_of(files.column(table, f"{stem}_source_concept_id"))
        written = files.column(table, f"{begins}_date")
        # An end on the first day is that of the visit, and a later one may be: then it is neither there nor gone.
        state = "'present'"
        if kind in ("condition", "device"):
            state = f"CASE WHEN {end} > {start} THEN 'inactive' ELSE 'present' END"
        number = f"TRY_CAST({files.column(table, 'value_as_number')} AS DOUBLE)"
        no_number, figure = "", text_of(files.column(table, "value_as_number"))
        if kind == "observation":
            no_number = f"""WHEN NOT coalesce(isfinite({number}), {figure} = '')
                    THEN '{quoted(say("record.number"))}' """
        value = whole_of(files.column(table, "value_as_concept_id"))
        return f"""
            SELECT '{table}' AS of, '{kind}' AS kind, {person} AS person_id, coalesce({concept}, 0) AS concept,
                coalesce({source}, 0) AS source, {start} AS first, {_instant(files.column(table, f"{begins}_datetime"))}
                AS at, {end if kind not in ("condition", "device") else f"CASE WHEN {end} > {start} THEN {end} END"}
                AS until, {state} AS state, {number if kind == "observation" else "CAST(NULL AS DOUBLE)"} AS value,
                {whole_of(files.column(table, "unit_concept_id")) if kind == "observation" else "0"} AS unit_concept,
                {text_of(files.column(table, "unit_source_value")) if kind == "observation" else "''"} AS unit_text,
                {whole_of(files.column(table, "operator_concept_id")) if table == "measurement" else "0"} AS operator,
                coalesce({value if kind == "observation" else "0"}, 0) AS value_concept,
                {text_of(files.column(table, "value_as_string")) if table == "observation" else "''"} AS value_text,
                {text_of(files.column(table, f"{table}_id"))} AS id,
                CASE WHEN coalesce({concept}, 0) = 0 AND coalesce({source}, 0) = 0
                    THEN {text_of(files.column(table, f"{stem}_source_value"))} ELSE '' END AS said,
                CASE WHEN {person} IS NULL THEN '{quoted(say("record.person"))}'
                    WHEN {concept} IS NULL THEN '{quoted(say("record.concept"))}'
                    WHEN {start} IS NULL AND {text_of(written)} <> '' THEN '{quoted(say("record.date"))}'
                    {no_number}ELSE '' END AS bad
            FROM {files.source(table)}
        """

    def _mark_bad(self) -> None:
        """The kinds of each person that are partly unreadable; of nobody where a row does not say whose it is."""
        self._run("""CREATE OR REPLACE TABLE o_bad AS
            SELECT DISTINCT kind, person_id FROM o_rows WHERE bad <> ''""")
        # Allergies and some conditions are observations in OMOP; this one may have been.
        for kind in ("allergy", "condition"):
            self._run(f"""INSERT INTO o_bad SELECT DISTINCT '{kind}', person_id FROM o_rows
                WHERE bad <> '' AND of = 'observation'""")
        for kind in KINDS:
            self._run(f"INSERT INTO o_bad SELECT '{kind}', person_id FROM o_people WHERE contested")

    def _unreadable(self) -> Iterable[Unreadable]:
        yield from unreadable_people(self._files, self._connection, _UNREADABLE_MOST)
        starts = dict(self._all("SELECT of, min(row) FROM o_rows GROUP BY 1"))
        rows = self._all(f"SELECT of, row, id, bad FROM o_rows WHERE bad <> '' ORDER BY row LIMIT {_UNREADABLE_MOST}")
        for table, row, key, reason in rows:
            yield Unreadable(self._files.origin(table, row - starts[table], key, self._connection), table, reason)

    def _strangers(self) -> int:
        people = "(SELECT person_id FROM o_people)"
        return self._one(f"""SELECT (SELECT count(*) FROM o_rows WHERE bad = '' AND person_id NOT IN {people})
            + (SELECT count(*) FROM o_death WHERE person_id NOT IN {people})""")

    # Concepts

    def _concepts(self) -> None:
        """The concepts that occur, and the ingredients and classes of the medicines among them."""
        files = self._files
        number = whole_of(files.column("concept", "concept_id"))
        wanted = """SELECT concept FROM o_rows UNION SELECT source FROM o_rows UNION SELECT unit_concept FROM o_rows
            UNION SELECT operator FROM o_rows UNION SELECT value_concept FROM o_rows"""
        self._run("CREATE OR REPLACE TABLE o_above (below BIGINT, above BIGINT)")
        if "concept_ancestor" in files:
            below = whole_of(files.column("concept_ancestor", "descendant_concept_id"))
            above = whole_of(files.column("concept_ancestor", "ancestor_concept_id"))
            self._run(f"""INSERT INTO o_above SELECT {below}, {above} FROM {files.source("concept_ancestor")}
                WHERE {below} <> {above} AND {below} IN (SELECT concept FROM o_rows WHERE kind = 'medication')""")
            wanted += " UNION SELECT above FROM o_above"
        wanted += " UNION SELECT gender FROM o_people"
        self._run(f"""CREATE OR REPLACE TABLE o_concept AS SELECT DISTINCT {number} AS concept,
            {text_of(files.column("concept", "concept_code"))} AS code,
            {text_of(files.column("concept", "vocabulary_id"))} AS vocabulary,
            {text_of(files.column("concept", "concept_class_id"))} AS class,
            {text_of(files.column("concept", "concept_name"))} AS name
            FROM {files.source("concept")} WHERE {number} <> 0 AND {number} IN ({wanted})""")
        twice = self._all("SELECT concept FROM o_concept GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1")
        if twice:
            where = f"{files.name('concept')}: concept_id {twice[0][0]}"
            raise InputError(f"{where} stands there twice with other contents; keep the right one of its rows")

    def _dictionary(self) -> dict[tuple[Kind, str], tuple[int, int]]:
        """What each pair of concepts stands for: made once, joined with the rows."""
        coding = {
            number: Coding(VOCABULARIES.get(vocabulary, vocabulary.lower()), code, name)
            for number, code, vocabulary, name in self._all("SELECT concept, code, vocabulary, name FROM o_concept")
        }
        above: dict[int, list[Coding]] = {}
        for below, number in self._all(
            """SELECT below, above FROM o_above JOIN o_concept ON concept = above
            WHERE (vocabulary = 'RxNorm' AND class = 'Ingredient') OR vocabulary = 'ATC' ORDER BY 1, 2"""
        ):
            above.setdefault(below, []).append(coding[number])
        meanings: list[dict[str, Any]] = []
        matches: list[dict[str, Any]] = []
        facts: Counter[tuple[Kind, str]] = Counter()
        matched: Counter[tuple[Kind, str]] = Counter()
        for kind, concept, source, written, count in self._all(
            "SELECT kind, concept, source, said, count(*) FROM o_rows GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        ):
            own = [coding[one] for one in dict.fromkeys((concept, source)) if one in coding]
            codes = tuple(own + above.get(concept, []))
            heard = self._reader.index.hear(kind, codes, written)
            found = heard.sets
            hit = {(one.system, one.code) for one in found}
            first = next((one for one in codes if (one.system, one.code) in hit), own[0] if own else Coding("", ""))
            said = " ; ".join([written, *(one.display for one in own)])
            number = len(meanings)
            meanings.append(
                {
                    "dict": number,
                    "kind": kind,
                    "concept": concept,
                    "source": source,
                    "said": written,
                    "system": first.system,
                    "code": first.code,
                    "display": first.display or written,
                    "side": side_of_codes(own) or side_of_text(said),
                    "shape": shape((one.system for one in codes), bool(first.display or written)) or NOTHING,
                }
            )
            matches += [self._match(number, one) for one in found]
            matches += [{**self._match(number, SetMatch(one, "name")), "how": ALARM} for one in heard.alarms]
            if not heard.understood:
                matches.append({"dict": number, "set": "", "how": UNKNOWN, "lasts": ""})
            for system in {one.system for one in own} or {NO_CODE}:
                facts[kind, system] += count
                matched[kind, system] += count * bool(found)
            if kind == "observation" and own:
                # Allergies and some conditions are observations in OMOP. Only a code says so, never a name.
                for other in ("allergy", "condition"):
                    bare = tuple(Coding(one.system, one.code) for one in own)
                    for one in self._reader.index.match_codes(other, bare, ""):
                        matches.append({**self._match(number, one), "as": other})
        names = ("kind", "said", "system", "code", "display", "side", "shape")
        self._keep("o_dict", pa.Table.from_pylist(meanings, pa.schema(
            [("dict", pa.int64()), ("concept", pa.int64()), ("source", pa.int64()), *((n, pa.string()) for n in names)]
        )))  # fmt: skip
        self._keep("o_match", pa.Table.from_pylist(matches, pa.schema(
            [("dict", pa.int64()), *((n, pa.string()) for n in ("set", "how", "lasts", "as"))]
        )))  # fmt: skip
        return {key: (count, matched[key]) for key, count in facts.items()}

    def _match(self, number: int, one: SetMatch) -> dict[str, Any]:
        return {"dict": number, "set": one.set, "how": one.how, "lasts": self._reader.lasting(one)}

    def _values(self) -> None:
        """Coded results, units and comparators by concept."""
        values, units = [], []
        for number, code, vocabulary, name in self._all("SELECT concept, code, vocabulary, name FROM o_concept"):
            coding = Coding(VOCABULARIES.get(vocabulary, vocabulary.lower()), code, name)
            index = self._reader.index
            values.append(
                {
                    "concept": number,
                    "sets": [one.set for one in index.match_value((coding,), "")],
                    "text": name,
                }
            )
            units.append(
                {
                    "concept": number,
                    "unit": code if vocabulary == "UCUM" else "",
                    "comparator": _COMPARATORS.get(name, _NOT_READ),
                }
            )
        text = pa.string()
        self._keep("o_value", pa.Table.from_pylist(values, pa.schema(
            [("concept", pa.int64()), ("sets", pa.list_(text)), ("text", text)]
        )))  # fmt: skip
        self._keep("o_unit", pa.Table.from_pylist(units, pa.schema(
            [("concept", pa.int64()), ("unit", text), ("comparator", text)]
        )))  # fmt: skip

    # Columns

    def _persons(self) -> None:
        files = self._files
        self._run("""CREATE OR REPLACE TABLE o_person AS
            SELECT row_number() OVER (ORDER BY person_id) - 1 AS person, person_id, lower(c.name) AS gender,
                birth_first, birth_last
            FROM o_people LEFT JOIN o_concept c ON c.concept = o_people.gender""")
        self._run("""CREATE OR REPLACE TABLE o_shape AS SELECT person, o_dict.kind,
            string_agg(DISTINCT shape, '|' ORDER BY shape) AS shapes
            FROM o_rows JOIN o_person USING (person_id) JOIN o_dict USING (kind, concept, source, said)
            GROUP BY 1, 2""")
        bad = self._bad_kinds()
        shapes = ", ".join(f"max(shapes) FILTER (kind = '{kind}') AS shapes_{kind}" for kind in KINDS)
        self._run(f"""CREATE OR REPLACE TABLE persons AS
            WITH shapes AS (SELECT person, {shapes} FROM o_shape GROUP BY 1)
            SELECT person, 'p' || (person + 1) AS token,
                CASE WHEN gender IN ('female', 'male') THEN gender END AS sex,
                birth_first, birth_last,
                o_death.person_id IS NOT NULL AS deceased, died AS died_first, died AS died_last,
                {", ".join(f"false AS complete_{kind}" for kind in KINDS)},
                {", ".join(f"{str(kind in bad).lower()} AS unreadable_{kind}" for kind in KINDS)},
                {", ".join(f"shapes_{kind}" for kind in KINDS)},
                '{quoted(files.name("person"))}' AS file, CAST(NULL AS BIGINT) AS line, '' AS path,
                CAST(person_id AS VARCHAR) AS resource_id
            FROM o_person LEFT JOIN shapes USING (person) LEFT JOIN o_death USING (person_id)""")
        for kind in KINDS:
            self._run(f"""UPDATE persons SET unreadable_{kind} = true WHERE resource_id IN
                (SELECT CAST(person_id AS VARCHAR) FROM o_bad WHERE kind = '{kind}' AND person_id IS NOT NULL)""")

    def _bad_kinds(self) -> set[str]:
        """Kinds of which a record does not even say whose it is: that concerns everybody."""
        return {kind for (kind,) in self._all("SELECT DISTINCT kind FROM o_bad WHERE person_id IS NULL")}

    def _facts(self) -> None:
        comparator = f"CASE WHEN coalesce(r.operator, 0) = 0 THEN '' ELSE coalesce(o.comparator, '{_NOT_READ}') END"
        self._run(f"""CREATE OR REPLACE TABLE facts AS
            SELECT r.row, p.person, m."set", m.how, m.lasts, coalesce(m."as", r.kind) AS kind, r.state,
                CAST(NULL AS VARCHAR) AS site, d.side,
                r.first AS start_first, r.first AS start_last, r.at AS start_at,
                r.until AS end_first, r.until AS end_last,
                CAST(NULL AS DATE) AS recorded_first, CAST(NULL AS DATE) AS recorded_last,
                CAST(NULL AS TIMESTAMP) AS recorded_at,
                CASE WHEN m."as" IS NULL AND {comparator} <> '{_NOT_READ}' THEN r.value END AS value,
                coalesce(nullif(u.unit, ''), r.unit_text, '') AS unit,
                replace({comparator}, '{_NOT_READ}', '') AS comparator,
                r.kind = 'observation' AND r.value IS NULL AND r.value_concept = 0 AND r.value_text = ''
                    AS value_missing,
                false AS stale, coalesce(v.sets, []) AS value_sets,
                CAST(NULL AS DOUBLE) AS weeks_low, CAST(NULL AS DOUBLE) AS weeks_high
            FROM o_rows r JOIN o_person p USING (person_id) JOIN o_dict d USING (kind, concept, source, said)
                JOIN o_match m USING (dict)
                LEFT JOIN o_unit u ON u.concept = r.unit_concept LEFT JOIN o_unit o ON o.concept = r.operator
                LEFT JOIN o_value v ON v.concept = r.value_concept""")
        self._run(f"""CREATE OR REPLACE TABLE details AS
            SELECT r.row, d.system, d.code, d.display, '' AS text, coalesce(nullif(r.value_text, ''), v.text, '')
                AS value_text, '' AS status,
                {self._file_of()} AS file, CAST(NULL AS BIGINT) AS line, r.of AS path, r.id AS resource_id
            FROM o_rows r JOIN o_dict d USING (kind, concept, source, said)
                LEFT JOIN o_value v ON v.concept = r.value_concept AND r.value_concept <> 0
            WHERE r.row IN (SELECT row FROM facts)""")
        weeks = [
            (number, *found)
            for number, code, vocabulary in self._all("SELECT concept, code, vocabulary FROM o_concept")
            if (found := self._reader.weeks_of(VOCABULARIES.get(vocabulary, ""), code)) is not None
        ]
        for number, low, high in weeks:
            self._connection.execute(
                """UPDATE facts SET weeks_low = ?, weeks_high = ? WHERE row IN
                (SELECT row FROM o_rows WHERE concept = ? OR source = ?)""",
                [low, high, number, number],
            )

    def _file_of(self) -> str:
        cases = " ".join(f"WHEN '{name}' THEN '{quoted(self._files.name(name))}'" for name in KIND_OF_TABLE
                         if name in self._files)  # fmt: skip
        return f"CASE r.of {cases} END"

    # DuckDB

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def _one(self, sql: str) -> int:
        return int(self._all(sql)[0][0])

    def _keep(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")


def _instant(column: str) -> str:
    """OMOP's times of day have no offset, so they order nothing."""
    return f"CASE WHEN {column} IS NULL THEN CAST(NULL AS TIMESTAMP) END"
