"""What is told of each person: findings with the facts that decided, and questions in their order."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from deqi.knowledge.leaves import Gestation, Medication, Observation, Recorded
from deqi.people.facts import KINDS
from deqi.safety.evaluate.standing import NOT_SAID
from deqi.screening.ingest.tables import UNKNOWN
from deqi.screening.sql.judging import Asked, Fired
from deqi.screening.sql.layout import MARKED, Layout, asked_by

FIRED = pa.schema(
    [
        ("pair", pa.int16()),
        ("rule_index", pa.int16()),
        ("leaf", pa.int16()),
        ("by", pa.string()),
        ("marked", pa.bool_()),
        ("on_record", pa.bool_()),
        *((f"on_{kind}", pa.bool_()) for kind in KINDS),
    ]
)
ASKED = pa.schema(
    [
        ("pair", pa.int16()),
        ("question", pa.string()),
        ("rule", pa.string()),
        ("urgency", pa.int16()),
        ("turn", pa.int16()),
    ]
)
RULES = pa.schema(
    [
        ("rule_index", pa.int16()),
        ("rule", pa.string()),
        ("rank", pa.int16()),
        ("severity", pa.string()),
        ("stage", pa.string()),
        ("red_flag", pa.bool_()),
        ("verified", pa.string()),
        ("basis", pa.string()),
    ]
)


def constants(layout: Layout, fired: Sequence[Fired], asked: Sequence[Asked]) -> dict[str, pa.Table]:
    """What the numbers of rules and pairs mean."""
    urgencies = sorted({rule.urgency for rule in layout.rules})
    ranked = sorted(range(len(layout.rules)), key=lambda rule_index: layout.rules[rule_index].sort_key)
    ranks = {rule_index: rank for rank, rule_index in enumerate(ranked)}
    rules = [
        {
            "rule_index": rule_index,
            "rule": one.rule.id,
            "rank": ranks[rule_index],
            "severity": one.rule.severity,
            "stage": one.rule.stage,
            "red_flag": one.rule.red_flag,
            "verified": one.rule.verified,
            "basis": one.rule.basis,
        }
        for rule_index, one in enumerate(layout.rules)
    ]
    questions = [
        {
            "pair": number,
            "question": one.question,
            "rule": layout.rules[one.rule_index].rule.id,
            "urgency": urgencies.index(layout.rules[one.rule_index].urgency),
            # Undecided rules in their order, then those that fired, worst first.
            "turn": len(layout.rules) + ranks[one.rule_index] if one.fired else one.rule_index,
        }
        for number, one in enumerate(asked)
    ]
    return {
        "k_fired": pa.Table.from_pylist([_fired_row(layout, number, one) for number, one in enumerate(fired)], FIRED),
        "k_asked": pa.Table.from_pylist(questions, ASKED),
        "k_rules": pa.Table.from_pylist(rules, RULES),
    }


def _fired_row(layout: Layout, number: int, one: Fired) -> dict[str, object]:
    leaf = layout.leaf(one.leaf)
    by = None if isinstance(leaf, Gestation) else asked_by(leaf)
    kinds: tuple[str, ...] = ("observation",)
    if isinstance(leaf, Recorded):
        kinds = leaf.kinds
    elif isinstance(leaf, Medication):
        kinds = ("medication",)
    return {
        "pair": number,
        "rule_index": one.rule_index,
        "leaf": one.leaf,
        "by": by,
        "marked": isinstance(leaf, MARKED),
        "on_record": isinstance(leaf, MARKED) and not isinstance(leaf, Observation | Gestation),
        **{f"on_{kind}": kind in kinds for kind in KINDS},
    }


def because(fired: ir.Table, meaning: ir.Table, marks: ir.Table, answers: ir.Table, persons: ir.Table) -> ir.Table:
    """The facts and answers that decided each finding, and those that say otherwise.

    ``row`` is a fact's, or -1 less an answer's.
    """
    pairs = fired.join(meaning, "pair")
    flagged = marks.group_by(["person", "leaf"]).agg(
        found=marks.yes.any(), gone=marks.deny.all(), denied=marks.deny.any()
    )
    pairs = pairs.left_join(flagged, ["person", "leaf"]).select(
        "person", "rule_index", "leaf", "by", "on_record",
        *(f"on_{kind}" for kind in KINDS),
        found=flagged.found.fill_null(False) & meaning.marked,
        gone=(flagged.gone & flagged.denied).fill_null(False),
    )  # fmt: skip
    on_facts = pairs.select("person", "rule_index", "leaf", "on_record", "found").join(marks, ["person", "leaf"])
    reported = pairs.filter(~pairs.found, pairs.by.notnull()).join(
        answers, [pairs.person == answers.person, pairs.by == answers.question]
    )
    contrary = pairs.filter(pairs.found, pairs.on_record, pairs.by.notnull()).join(
        answers, [pairs.person == answers.person, pairs.by == answers.question]
    )
    denied = pairs.filter(~pairs.found, pairs.on_record, pairs.gone).join(persons, "person")
    unread = ibis.or_(*(denied[f"on_{kind}"] & denied[f"unreadable_{kind}"] for kind in KINDS))
    denied = denied.filter(~unread).select("person", "rule_index", "leaf").join(marks, ["person", "leaf"])
    parts = [
        _reasons(on_facts.filter(on_facts.yes, on_facts.found), "because", on_facts["row"]),
        _reasons(reported.filter(~reported.text.isin(NOT_SAID)), "because", -1 - reported["row"]),
        _reasons(on_facts.filter(on_facts.refuted, on_facts.found), "disputed", on_facts["row"]),
        _reasons(contrary.filter(contrary.text == "no"), "disputed", -1 - contrary["row"]),
        _reasons(denied, "disputed", denied["row"]),
    ]
    return ibis.union(*parts, distinct=True)


def _reasons(rows: ir.Table, role: str, row: ir.Value) -> ir.Table:
    return rows.select("person", "rule_index", role=ibis.literal(role), row=row.cast("int64"))


def possible(doubting: ir.Table, marks: ir.Table) -> ir.Table:
    """The records that could mean a hazard and are not settled, each with the sets it may mean and the likeliest
    reason (its place among `deqi.safety.evaluate.doubt.WHYS`); ``doubting`` are the leaves that are not no."""
    rows = marks.filter(marks.why.notnull(), marks["row"] >= 0).join(doubting, ["person", "leaf"])
    rows = rows.select("person", "row", "set", "why").distinct()
    rows = rows.group_by(["person", "row", "set"]).agg(why=rows.why.min())
    return rows.group_by(["person", "row"]).agg(sets=rows.set.group_concat(";", order_by=rows.set), why=rows.why.min())


def not_understood(facts: ir.Table, possible: ir.Table) -> ir.Table:
    """The records that no table knows and that are not possible."""
    rows = facts.filter(facts.how == UNKNOWN).select("person", "row").distinct()
    return rows.anti_join(possible, ["person", "row"])


def found(fired: ir.Table, meaning: ir.Table) -> ir.Table:
    """The findings: persons and the places of the rules that fired."""
    return fired.join(meaning, "pair").select("person", "rule_index").distinct()


def askings(verdicts: ir.Table) -> ir.Table:
    """The different lists of what is open, numbered: far fewer than persons where charts hold little."""
    return verdicts.select("asked").distinct().mutate(asking=ibis.row_number())


def asked_first(askings: ir.Table, meaning: ir.Table) -> ir.Table:
    """The open questions of each such list, those of the worst rules first."""
    rows = askings.select("asking", pair=askings.asked.unnest()).join(meaning, "pair")
    grouped = rows.group_by(["asking", "question"]).agg(
        urgency=rows.urgency.min(),
        rules=rows.count(),
        decides=rows.rule.group_concat(";", order_by=rows.turn),
    )
    rank = ibis.row_number().over(
        group_by="asking", order_by=[ibis.asc("urgency"), ibis.desc("rules"), ibis.asc("question")]
    )
    return grouped.mutate(rank=rank).select("asking", "rank", "question", "decides")


def questions(verdicts: ir.Table, askings: ir.Table, put: ir.Table) -> ir.Table:
    """The open questions of each person, in their order."""
    whose = verdicts.select("person", "asked").join(askings, "asked")
    return whose.select("person", "asking").join(put, "asking").select("person", "rank", "question", "decides")
