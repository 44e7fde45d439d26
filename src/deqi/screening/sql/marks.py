"""What each fact says to each leaf about facts: one row, with the flags it raises.

The flags, by leaf and person: ``yes`` and ``maybe`` for what is there or may be; ``deny`` for evidence of absence
(for results: a safe one on the record), ``weak`` for what is not there but proves nothing (for results: a safe one
that was only reported); ``hold`` for an unsafe result from before the window, ``undated`` for one without a date,
``unread`` for one that could not be read; ``doubt`` for every row that may hold; ``refuted`` for a denial; ``fact``
for a yes from the record, ``no_side`` and ``no_site`` where that names none.

``last`` is the latest day that a row may mean, ``since`` that of one that may hold, and ``why`` it is listed as
possible (see `deqi.safety.evaluate.doubt`).
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from deqi.safety.evaluate.doubt import WHYS
from deqi.safety.evaluate.measured import DECIMALS
from deqi.safety.rules.semantics import BEGUN, CODED, ENDS, GIVEN, LASTING, LESS, RECORDED, TAKEN, Lies, Says
from deqi.safety.rules.truth import Truth
from deqi.screening.ingest.tables import ALARM, UNKNOWN

FLAGS = (
    "yes", "maybe", "deny", "weak", "hold", "undated", "unread", "doubt", "refuted", "fact", "no_side", "no_site",
)  # fmt: skip
_COLUMNS = ("person", "leaf", "row", "set", "word", "mask", "last", "since", "why", *FLAGS)
SILENT, NO, MAYBE, YES = -1, 0, 1, 2
NUMBERS: Mapping[Says, int] = {"yes": YES, "maybe": MAYBE, "no": NO, "silent": SILENT}
"""What records say, as numbers: the less they say, the less the number."""
ANY_KIND = "*"
_WHY = {why: number for number, why in enumerate(WHYS)}

MEANINGS = pa.schema(
    [
        ("medicine", pa.bool_()),
        ("state", pa.string()),
        ("end_is", pa.string()),
        ("lasting", pa.string()),
        ("says", pa.int16()),
    ]
)


def meanings() -> pa.Table:
    """The tables of `deqi.safety.rules.semantics` in rows."""
    rows = [
        {"medicine": medicine, "state": state, "end_is": end, "lasting": lasting, "says": NUMBERS[says]}
        for medicine, table in ((False, RECORDED), (True, TAKEN))
        for (state, end), cells in table.items()
        for lasting, says in zip(LASTING, cells, strict=True)
    ]
    return pa.Table.from_pylist(rows, MEANINGS)


def existing(facts: ir.Table, day: ir.Table) -> ir.Table:
    """The facts that were there on the day, or are dated after the day of reading (``later``), each beside that day;
    see `deqi.safety.evaluate.context.exists`."""
    facts = facts.cross_join(day)
    begun = ibis.cases(
        (facts.start_at.notnull(), facts.start_at.date()),
        (facts.start_first.notnull(), facts.start_first),
        (facts.recorded_at.notnull(), facts.recorded_at.date()),
        else_=facts.recorded_first,
    )
    written = facts.recorded_last.notnull().ifelse(facts.recorded_last, facts.start_last)
    facts = facts.mutate(there_from=(facts.state == "refuted").ifelse(written, begun))
    facts = facts.mutate(
        later=(facts.there_from > facts.today).fill_null(False),
        last=facts.start_first.notnull().ifelse(facts.start_last, facts.recorded_last),
    )
    facts = facts.mutate(doubted=facts.later | (facts.how == ALARM))
    facts = facts.filter(~facts.later | (facts.there_from > facts.read_on))
    # See `deqi.safety.evaluate.context.still_meant`.
    meant = ~facts.later & (facts["last"].isnull() | (facts["last"] >= facts.lately))
    return facts.filter((facts.state != "planned") | meant)


def recorded_marks(facts: ir.Table, leaves: ir.Table, means: ir.Table) -> ir.Table:
    """Conditions, procedures, devices, allergies and medicines; see `deqi.safety.evaluate.recorded`."""
    asked = facts.filter(facts.how != UNKNOWN)
    asked = asked.mutate(of_kind=(asked.how == ALARM).ifelse(ANY_KIND, asked.kind))
    rows = asked.join(leaves, ["set", "of_kind"])
    rows = rows.mutate(
        end_is=((rows.kind == "procedure") & (rows.state == "present") & ~rows.medicine).ifelse("none", _end(rows)),
        lasting=rows.ever.ifelse("ever", rows.lasts),
    )
    rows = rows.join(means, ["medicine", "state", "end_is", "lasting"])
    says = rows.medicine.ifelse(_taken(rows), _there(rows))
    rows = rows.mutate(sure=says)
    rows = rows.mutate(says=ibis.cases((rows.doubted, _less(rows)), (~rows.read, _said_less(rows)), else_=rows.sure))
    state = ibis.cases(
        (rows.later, _WHY["later"]),
        (rows.how == ALARM, _WHY["alarm"]),
        (rows.state == "planned", _WHY["planned"]),
        ((rows.kind == "observation") & rows["last"].isnull() & ~rows.value_missing, _WHY["undated"]),
        (rows.kind == "observation", _WHY["unread"]),
        ((rows.kind == "medication") & (rows.state == "present") & (rows.end_is == "over"), _WHY["lapsed"]),
        ((rows.kind == "medication") & (rows.state == "present"), _WHY["stale"]),
        (rows.state.isin(["unknown", "inactive"]), _WHY["state"]),
        else_=ibis.null("int8"),
    )
    return _as_said(rows, why=state, refuted=rows.state == "refuted")


def _end(rows: ir.Table) -> ir.StringValue:
    """See `deqi.safety.evaluate.recorded.end_of`."""
    none, later, perhaps, today, over = ENDS
    found: ir.StringValue = ibis.cases(
        (rows.end_last.isnull(), none),
        (rows.end_last < rows.today, over),
        (rows.end_last == rows.today, today),
        (rows.end_first > rows.today, later),
        else_=perhaps,
    )
    return found


def _lies(first: ir.DateValue, last: ir.DateValue, border: ir.DateValue, says: Mapping[Lies, Says]) -> ir.IntegerValue:
    """What a date says by where it lies beside a window; see `deqi.safety.evaluate.recorded.lies`."""
    found: ir.IntegerValue = ibis.cases(
        (last.isnull(), NUMBERS[says.get("none", "maybe")]),
        (last < border, NUMBERS[says["before"]]),
        (first >= border, NUMBERS[says["in"]]),
        else_=NUMBERS[says["perhaps"]],
    )
    return found


def _there(rows: ir.Table) -> ir.IntegerValue:
    too_long = rows.open_since.notnull() & ~rows.lasting.isin(["ever", "lifelong"]) & (rows["last"] < rows.open_since)
    says = ((rows.says == YES) & too_long.fill_null(False)).ifelse(ibis.literal(MAYBE, "int16"), rows.says)
    begun, written = (
        {lies: word for (known, lies), word in BEGUN.items() if known is which} for which in (True, False)
    )
    began = rows.start_first.notnull().ifelse(
        _lies(rows.start_first, rows.start_last, rows.border, begun),
        _lies(rows.recorded_first, rows.recorded_last, rows.border, written),
    )
    found: ir.IntegerValue = ibis.cases(
        (rows.border.isnull() | rows.state.isin(["refuted", "planned"]), says),
        (says <= NO, ibis.literal(SILENT, "int16")),
        else_=ibis.least(says, began.cast("int16")),
    )
    return found


def _taken(rows: ir.Table) -> ir.IntegerValue:
    stale = (rows.recorded_last < rows.stale_before).fill_null(False)
    lapsed = (rows.says == MAYBE) & (rows.state == "present") & (rows.end_last < rows.lately).fill_null(False)
    found: ir.IntegerValue = ibis.cases(
        ((rows.says == YES) & (rows.state == "present") & stale, ibis.literal(MAYBE, "int16")),
        (
            rows.border.isnull() | ~rows.state.isin(["past", "present"]) | (rows.says == YES),
            lapsed.ifelse(ibis.literal(SILENT, "int16"), rows.says),
        ),
        else_=_lies(rows.end_first, rows.end_last, rows.border, GIVEN).cast("int16"),
    )
    return found


def _less(rows: ir.Table) -> ir.IntegerValue:
    """See `deqi.safety.evaluate.recorded._less`."""
    less = _said_less(rows)
    when = rows.end_last.notnull().ifelse(rows.end_last, rows["last"])
    lately = rows.border.isnull() & (rows.state != "refuted") & (when.isnull() | (when >= rows.alarm_since))
    found: ir.IntegerValue = ((less == SILENT) & lately).ifelse(MAYBE, less).cast("int16")
    return found


def _said_less(rows: ir.Table) -> ir.IntegerValue:
    found: ir.IntegerValue = ibis.cases(
        *((rows.sure == NUMBERS[says], NUMBERS[word]) for says, word in LESS.items()), else_=SILENT
    ).cast("int16")
    return found


def measured_marks(facts: ir.Table, answers: ir.Table, leaves: ir.Table, ways: ir.Table) -> ir.Table:
    """Numbers; see `evaluate.measured.observation`. ``answers`` are in their question's unit, beside the day."""
    results = facts.filter(facts.kind == "observation", ~facts.state.isin(["refuted", "planned"]), facts.how != UNKNOWN)
    from_facts = results.join(leaves, "set").select(
        *_MEASURED,
        *_LIMITS,
        first=_first(results),
        last=results["last"],
        at=_at(results),
        reported=ibis.literal(False),
    )
    reported = answers.filter(answers.number.notnull()).join(leaves, answers.question == leaves.ask)
    from_answers = reported.select(
        "person",
        "leaf",
        "set",
        "word",
        "mask",
        "today",
        *_LIMITS,
        row=-1 - reported["row"],
        value=reported.number,
        unit=reported.unit,
        comparator=ibis.literal(""),
        value_missing=ibis.literal(False),
        side=ibis.null("string"),
        site=ibis.null("string"),
        state=ibis.literal("present"),
        how=ibis.literal(""),
        later=ibis.literal(False),
        doubted=ibis.literal(False),
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
    read = ~readings.doubted & ~readings.value_missing & _usable(readings).fill_null(False)
    readings = readings.mutate(read=read, dated=readings["first"].notnull())
    # Of a result that perhaps was withdrawn only what is hazardous speaks.
    readings = readings.mutate(read=readings.read & ((readings.state == "present") | (_judge(readings) == YES)))
    readings = readings.mutate(truth=readings.read.ifelse(_judge(readings), ibis.null("int8")))
    readings = readings.filter(readings.read | ~readings.reported)
    readings = _not_settled(readings)
    latest = readings.mutate(latest=readings.dated & is_latest(readings, _GROUP))
    fresh = latest.latest & (latest["first"] >= latest.border)
    latest = latest.mutate(fresh=fresh, unread_now=~latest.read & (latest.latest | ~latest.dated))
    group = ibis.window(group_by=_GROUP)
    silenced = latest.unread_now.cast("int8").max().over(group) == 1
    spoken = (latest.fresh & (latest.truth == YES)).fill_null(False).cast("int8").max().over(group) == 1
    older = silenced & ~spoken & (latest["first"] >= latest.border)
    latest = latest.mutate(speaks=(latest.fresh | older) & (latest.truth == YES))
    undated = ~latest.dated & (latest.truth != NO)
    why = ibis.cases(
        (latest.later, _WHY["later"]),
        (latest.how == ALARM, _WHY["alarm"]),
        (~latest.dated & ~latest.value_missing, _WHY["undated"]),
        else_=_WHY["unread"],
    )
    return _marks(
        latest,
        yes=latest.speaks,
        why=why,
        maybe=latest.fresh & (latest.truth == MAYBE),
        deny=latest.fresh & (latest.truth == NO) & ~latest.reported,
        weak=latest.fresh & (latest.truth == NO) & latest.reported,
        hold=latest.latest & ~latest.fresh & (latest.truth != NO),
        undated=undated,
        unread=latest.unread_now,
        doubt=(latest.unread_now | undated | (latest.latest & (latest.truth == MAYBE))) & ~latest.reported,
        reported=latest.reported,
    )


_GROUP = ["person", "leaf"]
_MEASURED = (
    "person", "leaf", "set", "word", "mask", "row", "today", "value", "unit", "comparator", "value_missing", "side",
    "site", "state", "how", "later", "doubted",
)  # fmt: skip
_LIMITS = ("op", "limit", "below", "to", "kind_unit", "plausible_low", "plausible_high", "border")


def _first(rows: ir.Table) -> ir.DateValue:
    found: ir.DateValue = ibis.coalesce(rows.start_first, rows.recorded_first)
    return found


def _at(rows: ir.Table) -> ir.TimestampValue:
    found: ir.TimestampValue = rows.start_first.notnull().ifelse(rows.start_at, rows.recorded_at)
    return found


def _not_settled(rows: ir.Table) -> ir.Table:
    """Without the results that could not be read where a number was told of their day or later."""
    told = rows["first"].max(where=rows.reported).over(ibis.window(group_by=_GROUP))
    rows = rows.mutate(told=told)
    day = rows.dated.ifelse(ibis.least(rows["last"], rows.today), rows.today)
    settled = ~rows.read & ~rows.later & rows.told.notnull() & (rows.told >= day)
    return rows.filter(~settled.fill_null(False))


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


def is_latest(rows: ir.Table, by: list[str], among: ir.BooleanValue | None = None) -> ir.BooleanValue:
    """Not certainly earlier than another dated row of the group (or those ``among``); see `DateRange.before`."""
    group = ibis.window(group_by=by)
    last_at = rows["at"].max(where=among).over(group)
    last_first = rows["first"].max(where=among).over(group)
    first_without = rows["at"].isnull().ifelse(rows["first"], ibis.null("date"))
    last_first_without = first_without.max(where=among).over(group)
    earlier: ir.BooleanValue = (
        rows["at"]
        .notnull()
        .ifelse(
            (rows["at"] < last_at).fill_null(False)
            | (last_first_without.notnull() & (rows["last"] < last_first_without)),
            rows["last"] < last_first,
        )
    )
    return ~earlier.fill_null(False)


def coded_marks(facts: ir.Table, leaves: ir.Table) -> ir.Table:
    """Coded results; see `deqi.safety.evaluate.measured.coded`."""
    rows = facts.mutate(first=_first(facts), at=_at(facts))
    rows = rows.filter(rows.kind == "observation", ~rows.state.isin(["refuted", "planned"]), rows.how != UNKNOWN).join(
        leaves, "set"
    )
    inside, denied = rows.value_sets.contains(rows.value_set), rows.value_sets.contains(rows.denied_by)
    denied = denied & (rows.state == "present")
    truth = ibis.cases((rows.doubted, MAYBE), (inside, YES), (denied, NO), else_=MAYBE)
    rows = rows.mutate(truth=truth, dated=rows["first"].notnull())
    rows = rows.mutate(latest=rows.dated & is_latest(rows, _GROUP))
    rows = rows.filter(rows.latest | ~rows.dated)
    lies = ibis.cases((~rows.dated, "none"), (rows["first"] >= rows.border, "in"), else_="before")
    says = ibis.cases(
        *(
            ((rows.truth == {Truth.YES: YES, Truth.NO: NO}.get(value, MAYBE)) & (lies == where), NUMBERS[word])
            for (value, where), word in CODED.items()
            if value is not None
        )
    )
    rows = rows.mutate(says=says)
    why = ibis.cases(
        (rows.later, _WHY["later"]),
        (rows.how == ALARM, _WHY["alarm"]),
        (~rows.dated & ~rows.value_missing, _WHY["undated"]),
        else_=_WHY["unread"],
    )
    return _as_said(rows, why=why)


def gestation_marks(weeks: ir.Table, leaves: ir.Table) -> ir.Table:
    """Weeks of pregnancy, carried forward; see `deqi.safety.evaluate.gestation`."""
    rows = weeks.cross_join(leaves)
    low = rows.low * 7 + rows.today.delta(rows["last"], unit="day")
    high = rows.high * 7 + rows.today.delta(rows["first"], unit="day")
    ends = [_holds((days.round(DECIMALS) / 7).floor(), rows) for days in (low, high)]
    truth = ibis.cases((low > rows.too_long, MAYBE), (ends[0] & ends[1], YES), (ends[0] | ends[1], MAYBE), else_=NO)
    rows = rows.mutate(truth=truth)
    return _marks(
        rows,
        yes=rows.read & (rows.truth == YES),
        why=ibis.null("int8"),
        maybe=rows.read & (rows.truth == MAYBE),
        deny=rows.read & (rows.truth == NO) & ~rows.reported,
        weak=rows.read & (rows.truth == NO) & rows.reported,
        unread=~rows.read,
        reported=rows.reported,
    )


def _holds(weeks: ir.NumericValue, rows: ir.Table) -> ir.BooleanValue:
    found: ir.BooleanValue = ibis.cases(
        (rows["op"] == "in", (weeks >= rows["limit"]) & (weeks < rows["below"])),
        (rows["op"] == "<", weeks < rows["limit"]),
        (rows["op"] == "<=", weeks <= rows["limit"]),
        (rows["op"] == ">", weeks > rows["limit"]),
        (rows["op"] == ">=", weeks >= rows["limit"]),
        else_=weeks == rows["limit"],
    )
    return found


def _as_said(rows: ir.Table, *, why: ir.Value, **flags: ir.BooleanValue) -> ir.Table:
    """The marks of rows that say one of `NUMBERS`."""
    said = {"maybe": rows.says == MAYBE, "deny": rows.says == NO, "weak": rows.says == SILENT}
    return _marks(rows, yes=rows.says == YES, why=why, doubt=rows.says == MAYBE, **said, **flags)


def _marks(
    rows: ir.Table,
    *,
    yes: ir.BooleanValue,
    why: ir.Value,
    reported: ir.BooleanValue | None = None,
    **flags: ir.BooleanValue,
) -> ir.Table:
    never = ibis.literal(False)
    fact = yes if reported is None else yes & ~reported
    raised = {name: flags.get(name, never).fill_null(False) for name in FLAGS}
    raised |= {
        "yes": yes.fill_null(False),
        "fact": fact.fill_null(False),
        "no_side": (fact & rows.side.isnull()).fill_null(False),
        "no_site": (fact & rows.site.isnull()).fill_null(False),
    }
    day = rows.later.ifelse(rows["first"] if "first" in rows.columns else _first(rows), _by_now(rows))
    kept = rows.mutate(**raised, at_day=day)
    kept = kept.filter(ibis.or_(*(kept[name] for name in FLAGS)))
    kept = kept.mutate(
        since=kept.doubt.ifelse(kept.at_day, ibis.null("date")),
        why=kept.doubt.ifelse(why.cast("int8"), ibis.null("int8")),
    )
    return kept.select(*_COLUMNS)


def _by_now(rows: ir.Table) -> ir.DateValue:
    """The last day, as far as it may have come; null without a date."""
    found: ir.DateValue = rows["last"].isnull().ifelse(ibis.null("date"), ibis.least(rows["last"], rows.today))
    return found


def _truth(holds: ir.BooleanValue) -> ir.IntegerValue:
    found: ir.IntegerValue = holds.ifelse(YES, NO)
    return found
