"""What each fact says to each leaf about facts: one row, with the flags it raises.

The flags, by leaf and person: ``yes`` and ``maybe`` for what is there or may be; ``deny`` for evidence of absence
(for results: a safe one on the record), ``weak`` for what is not there but proves nothing (for results: a safe one
that was only reported); ``hold`` for an unsafe result from before the window, ``undated`` for one without a date;
``refuted`` for a denial; ``fact`` for a yes from the record, ``no_side`` and ``no_site`` where that names none.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from deqi.safety.evaluate.measured import DECIMALS

FLAGS = ("yes", "maybe", "deny", "weak", "hold", "undated", "refuted", "fact", "no_side", "no_site")
_COLUMNS = ("person", "leaf", "row", "word", "mask", "start_first", "start_at", *FLAGS)
NO, MAYBE, YES = 0, 1, 2


def existing(facts: ir.Table, day: ir.Table) -> ir.Table:
    """The facts that were there on the day, each beside that day; see `deqi.safety.evaluate.context.exists`."""
    facts = facts.cross_join(day)
    written = ibis.coalesce(facts.recorded_last, facts.start_last)
    begun = ibis.coalesce(facts.start_first, facts.recorded_first)
    when = (facts.state == "refuted").ifelse(written, begun)
    return facts.filter(when.isnull() | (when <= facts.today))


def recorded_marks(facts: ir.Table, leaves: ir.Table) -> ir.Table:
    """Conditions, procedures, devices, allergies and medicines; see `deqi.safety.evaluate.recorded`."""
    joined = facts.filter(facts.state != "planned").join(leaves, ["set", "kind"])
    medicine = joined.kind == "medication"
    truth = medicine.ifelse(_taken(joined), _there(joined))
    refuted = joined.state == "refuted"
    proves = refuted | (~medicine & joined.border.isnull())
    return _marks(
        joined,
        yes=truth == YES,
        maybe=truth == MAYBE,
        deny=(truth == NO) & proves,
        weak=(truth == NO) & ~proves,
        refuted=refuted,
    )


def _there(rows: ir.Table) -> ir.IntegerValue:
    holds = ibis.cases(
        (rows.state == "refuted", NO),
        (rows.state == "present", _truth(rows.ever | ~_ended(rows))),
        (rows.state == "past", rows.ever.ifelse(YES, _not_yet_over(rows))),
        (rows.state == "inactive", rows.ever.ifelse(YES, MAYBE)),
        else_=MAYBE,
    )
    begun = ibis.coalesce(rows.start_last, rows.recorded_last)
    too_long = rows.open_since.notnull() & begun.notnull() & (begun < rows.open_since)
    since = rows.start_first.notnull().ifelse(
        _within(rows.start_first, rows.start_last, rows.border),
        ibis.least(ibis.literal(MAYBE), _within(rows.recorded_first, rows.recorded_last, rows.border)),
    )
    found: ir.IntegerValue = ibis.cases(
        ((holds == YES) & too_long, MAYBE),
        (rows.border.notnull() & (holds != NO), ibis.least(holds, since)),
        else_=holds,
    )
    return found


def _ended(rows: ir.Table) -> ir.BooleanValue:
    return rows.end_last.notnull() & (rows.end_last <= rows.today) & (rows.kind != "procedure")


def _taken(rows: ir.Table) -> ir.IntegerValue:
    stale = rows.stale | (rows.recorded_last.notnull() & (rows.recorded_last < rows.stale_before))
    over = _not_yet_over(rows)
    first = ibis.coalesce(rows.end_first, rows.start_first, rows.recorded_first)
    last = ibis.coalesce(rows.end_last, rows.start_last, rows.recorded_last)
    found: ir.IntegerValue = ibis.cases(
        (rows.state == "refuted", NO),
        (
            (rows.state == "present") & (rows.end_last.isnull() | (rows.end_last >= rows.today)),
            stale.ifelse(MAYBE, YES),
        ),
        (~rows.state.isin(["past", "present"]), MAYBE),
        (rows.border.isnull() | (over == YES), over),
        else_=_within(first, last, rows.border),
    )
    return found


def _not_yet_over(rows: ir.Table) -> ir.IntegerValue:
    found: ir.IntegerValue = ibis.cases(
        (rows.end_last.isnull() | (rows.end_last <= rows.today), NO),
        (rows.end_first > rows.today, YES),
        else_=MAYBE,
    )
    return found


def _within(first: ir.DateValue, last: ir.DateValue, border: ir.DateValue) -> ir.IntegerValue:
    found: ir.IntegerValue = ibis.cases(
        (last.isnull(), MAYBE), (last < border, NO), (first >= border, YES), else_=MAYBE
    )
    return found


def measured_marks(facts: ir.Table, answers: ir.Table, leaves: ir.Table, ways: ir.Table) -> ir.Table:
    """Numbers; see `evaluate.measured.observation`. ``answers`` are in their question's unit, beside the day."""
    usable = facts.filter(facts.kind == "observation", ~facts.state.isin(["refuted", "planned"]), ~facts.value_missing)
    from_facts = usable.join(leaves, "set").select(
        *_MEASURED,
        *_LIMITS,
        first=ibis.coalesce(usable.start_first, usable.recorded_first),
        last=usable.start_first.notnull().ifelse(usable.start_last, usable.recorded_last),
        at=usable.start_first.notnull().ifelse(usable.start_at, usable.recorded_at),
        reported=ibis.literal(False),
    )
    reported = answers.filter(answers.number.notnull()).join(leaves, answers.question == leaves.ask)
    from_answers = reported.select(
        "person",
        "leaf",
        "set",
        "word",
        "mask",
        *_LIMITS,
        row=-1 - reported["row"],
        value=reported.number,
        unit=reported.unit,
        comparator=ibis.literal(""),
        side=ibis.null("string"),
        site=ibis.null("string"),
        start_first=ibis.null("date"),
        start_at=ibis.null("timestamp(6)"),
        first=ibis.coalesce(reported.given_first, reported.today),
        last=ibis.coalesce(reported.given_last, reported.today),
        at=reported.given_at,
        reported=ibis.literal(True),
    )
    columns = from_facts.columns
    readings = from_facts.union(from_answers.select(*columns))
    to_leaf = ways.select("set", "unit", "to", factor="factor", plus="plus")
    to_kind = ways.select(kind_set="set", kind_from="unit", kind_to="to", kind_factor="factor", kind_plus="plus")
    readings = readings.left_join(to_leaf, ["set", "unit", "to"]).select(*columns, "factor", "plus")
    readings = readings.left_join(
        to_kind,
        [
            readings.set == to_kind.kind_set,
            readings.unit == to_kind.kind_from,
            readings.kind_unit == to_kind.kind_to,
        ],
    ).select(*columns, "factor", "plus", "kind_factor", "kind_plus")
    readings = readings.filter(_usable(readings))
    judged = readings.mutate(truth=_judge(readings), dated=readings["first"].notnull())
    latest = judged.mutate(latest=_is_latest(judged, ["person", "leaf"]))
    fresh = latest.dated & latest.latest & (latest["first"] >= latest.border)
    old = latest.dated & latest.latest & (latest["first"] < latest.border)
    return _marks(
        latest,
        yes=fresh & (latest.truth == YES),
        maybe=fresh & (latest.truth == MAYBE),
        deny=fresh & (latest.truth == NO) & ~latest.reported,
        weak=fresh & (latest.truth == NO) & latest.reported,
        hold=old & (latest.truth != NO),
        undated=~latest.dated & (latest.truth != NO),
        reported=latest.reported,
    )


_MEASURED = (
    "person", "leaf", "set", "word", "mask", "row", "value", "unit", "comparator", "side", "site",
    "start_first", "start_at",
)  # fmt: skip
_LIMITS = ("op", "limit", "below", "to", "kind_unit", "plausible_low", "plausible_high", "border")


def _usable(rows: ir.Table) -> ir.BooleanValue:
    """A plausible number in a known unit."""
    plausible = rows["value"] * rows["kind_factor"] + rows["kind_plus"]
    found: ir.BooleanValue = (
        rows["factor"].notnull()
        & plausible.notnull()
        & (rows.plausible_low.isnull() | (plausible >= rows.plausible_low))
        & (rows.plausible_high.isnull() | (plausible <= rows.plausible_high))
    )
    return found


def _judge(rows: ir.Table) -> ir.IntegerValue:
    number = (rows["value"] * rows["factor"] + rows["plus"]).round(DECIMALS)
    between = ibis.least(
        _compare(number, rows.comparator, ibis.literal(">="), rows["limit"]),
        _compare(number, rows.comparator, ibis.literal("<"), rows["below"]),
    )
    found: ir.IntegerValue = (rows["op"] == "in").ifelse(
        between, _compare(number, rows.comparator, rows["op"], rows["limit"])
    )
    return found


def _compare(
    number: ir.FloatingValue, comparator: ir.StringValue, op: ir.StringValue, limit: ir.FloatingValue
) -> ir.IntegerValue:
    """See `deqi.safety.evaluate.measured.judge_number`."""
    exact = ibis.cases(
        (op == "<", number < limit),
        (op == "<=", number <= limit),
        (op == ">", number > limit),
        (op == ">=", number >= limit),
        else_=number == limit,
    )
    closed = op.isin(["<=", ">="])
    downward = comparator.isin(["<", "<="])
    op_down = op.isin(["<", "<="])
    at = number == limit
    inside = (number < limit) | (at & ((comparator == "<") | closed))
    beyond = (number > limit) | (at & ((comparator == ">") | closed))
    outside = (number < limit) | (at & ((comparator == "<") | (op == ">")))
    above = (number > limit) | (at & ((comparator == ">") | (op == "<")))
    found: ir.IntegerValue = ibis.cases(
        (comparator == "", _truth(exact)),
        (op == "=", MAYBE),
        # Written out: engines differ in how tightly they bind an "in" beside an "=".
        (downward.ifelse(op_down, ~op_down), downward.ifelse(inside, beyond).ifelse(YES, MAYBE)),
        else_=downward.ifelse(outside, above).ifelse(NO, MAYBE),
    )
    return found


def _is_latest(rows: ir.Table, by: list[str]) -> ir.BooleanValue:
    """Not certainly earlier than another dated row of the group; see `DateRange.before`."""
    group = ibis.window(group_by=by)
    last_at = rows["at"].max().over(group)
    last_first = rows["first"].max().over(group)
    last_first_without = rows["at"].isnull().ifelse(rows["first"], ibis.null("date")).max().over(group)
    earlier: ir.BooleanValue = (
        rows["at"]
        .notnull()
        .ifelse(
            (rows["at"] < last_at) | (last_first_without.notnull() & (rows["last"] < last_first_without)),
            rows["last"] < last_first,
        )
    )
    return ~earlier


def coded_marks(facts: ir.Table, leaves: ir.Table) -> ir.Table:
    """Coded results; see `deqi.safety.evaluate.measured.coded`."""
    rows = facts.mutate(
        first=ibis.coalesce(facts.start_first, facts.recorded_first),
        last=facts.start_first.notnull().ifelse(facts.start_last, facts.recorded_last),
        at=facts.start_first.notnull().ifelse(facts.start_at, facts.recorded_at),
    )
    rows = rows.filter(
        rows.kind == "observation", ~rows.state.isin(["refuted", "planned"]), rows["first"].notnull()
    ).join(leaves, "set")
    inside, covered = rows.value_sets.contains(rows.value_set), rows.value_covered.contains(rows.value_set)
    judged = rows.mutate(truth=ibis.cases((inside, YES), (covered, NO), else_=MAYBE))
    latest = judged.mutate(latest=_is_latest(judged, ["person", "leaf"]))
    fresh = latest.latest & (latest["first"] >= latest.border)
    return _marks(
        latest,
        yes=fresh & (latest.truth == YES),
        maybe=fresh & (latest.truth == MAYBE),
        deny=fresh & (latest.truth == NO),
    )


def _marks(
    rows: ir.Table, *, yes: ir.BooleanValue, reported: ir.BooleanValue | None = None, **flags: ir.BooleanValue
) -> ir.Table:
    never = ibis.literal(False)
    fact = yes if reported is None else yes & ~reported
    raised = {name: flags.get(name, never) for name in FLAGS}
    raised |= {
        "yes": yes,
        "fact": fact,
        "no_side": fact & rows.side.isnull(),
        "no_site": fact & rows.site.isnull(),
    }
    kept = rows.mutate(**raised)
    return kept.filter(ibis.or_(*(kept[name] for name in FLAGS))).select(*_COLUMNS)


def _truth(holds: ir.BooleanValue) -> ir.IntegerValue:
    found: ir.IntegerValue = holds.ifelse(YES, NO)
    return found
