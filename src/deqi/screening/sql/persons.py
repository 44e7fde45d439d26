"""One row a person: flags, answers, age, sex, weeks of pregnancy; and which questions are about them."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from deqi.people.facts import KINDS
from deqi.safety.evaluate.applies import ON_RECORD, Alternative
from deqi.safety.evaluate.context import BIRTH_QUESTION, SEX_QUESTION
from deqi.safety.evaluate.gestation import WEEKS_QUESTION
from deqi.safety.evaluate.standing import LAPSED, NOT_SAID
from deqi.screening.ingest.tables import UNKNOWN
from deqi.screening.sql.bits import Numbering, collect, has
from deqi.screening.sql.layout import LISTED, Layout
from deqi.screening.sql.marks import FLAGS, is_latest


def leaf_flags(marks: ir.Table, layout: Layout) -> ir.Table:
    """The flags of all facts of a person."""
    found: dict[str, ir.Value] = {}
    for name in FLAGS:
        found |= collect(marks, name, layout.leaves.words, marks[name])
    return marks.group_by("person").agg(**found)


def mentions(facts: ir.Table, sets: ir.Table, places: Numbering) -> ir.Table:
    """Which code sets that questions hang on are on the record."""
    rows = facts.filter(~facts.state.isin(["refuted", "planned"]), ~facts.doubted).join(sets, "set")
    return rows.group_by("person").agg(**collect(rows, "mentioned", places.words))


def implied(facts: ir.Table, sets: ir.Table, places: Numbering) -> ir.Table:
    """Which questions the record answers with yes; see `deqi.safety.evaluate.context.stands`."""
    over = (facts.end_last <= facts.today).fill_null(False)
    stale = (facts.kind == "medication") & (facts.recorded_last < facts.stale_before).fill_null(False)
    rows = facts.filter(facts.state == "present", ~facts.doubted, ~over, ~stale).join(sets, "set")
    return rows.group_by("person").agg(**collect(rows, "implied", places.words))


def reported(answers: ir.Table, questions: ir.Table, places: Numbering) -> ir.Table:
    """Which questions were answered, and how."""
    rows = answers.join(questions, "question")
    sure = ~rows.text.isin(NOT_SAID)
    return rows.group_by("person").agg(
        **collect(rows, "given", places.words, rows.text != LAPSED),
        **collect(rows, "lapsed", places.words, rows.text == LAPSED),
        **collect(rows, "sure", places.words, sure),
        **collect(rows, "answered_yes", places.words, rows.text == "yes"),
        **collect(rows, "answered_no", places.words, rows.text == "no"),
        birth_reported_first=_only(rows, BIRTH_QUESTION, "date_first"),
        birth_reported_last=_only(rows, BIRTH_QUESTION, "date_last"),
        sex_reported=_only(rows, SEX_QUESTION, "text"),
    )


def _only(rows: ir.Table, question: str, column: str) -> ir.Value:
    return rows[column].max(where=rows.question == question)


def answer_value(answers: ir.Table, values: ir.Table, places: Numbering) -> ir.Table:
    """Which answers have one of the values that leaves and questions look for."""
    rows = answers.join(values, ["question", "text"])
    return rows.group_by("person").agg(**collect(rows, "answer_value", places.words))


def cleared(answers: ir.Table, rules: ir.Table, places: Numbering) -> ir.Table:
    """Which rules a clinician's finding clears, as far as its own day goes."""
    rows = answers.filter(answers.text == "yes").join(rules, "question")
    rows = rows.filter(rows.given_first >= rows.border)
    return rows.group_by("person").agg(**collect(rows, "cleared", places.words))


def newer(marks: ir.Table, answers: ir.Table, pairs: ir.Table, day: ir.Table, places: Numbering) -> ir.Table:
    """Which of the facts that fire a rule, or may, are not covered by the finding that would clear it."""
    facts = marks.filter(marks.fact | marks.doubt).select("person", "leaf", "last")
    rows = answers.join(pairs, "question").select("person", "leaf", "word", "mask", "given_first")
    rows = rows.join(facts, ["person", "leaf"]).cross_join(day.select("today"))
    rows = rows.filter(_not_covered(rows["last"], rows.given_first, rows.today))
    return rows.group_by("person").agg(**collect(rows, "newer", places.words))


def newer_answers(answers: ir.Table, pairs: ir.Table, day: ir.Table, places: Numbering) -> ir.Table:
    """Which of the answers that fire a rule are not covered by the finding that would clear it."""
    told = answers.select("person", by="question", last="given_last")
    rows = answers.join(pairs, "question").select("person", "by", "word", "mask", "given_first")
    rows = rows.join(told, ["person", "by"]).cross_join(day.select("today"))
    rows = rows.filter(_not_covered(rows["last"], rows.given_first, rows.today))
    return rows.group_by("person").agg(**collect(rows, "newer_answer", places.words))


def _not_covered(last: ir.DateValue, given: ir.DateValue, today: ir.DateValue) -> ir.BooleanValue:
    """See `deqi.safety.findings._covered`."""
    found: ir.BooleanValue = last.isnull().ifelse(given < today, last > given)
    return found


def too_early(marks: ir.Table, answers: ir.Table, pairs: ir.Table, day: ir.Table, places: Numbering) -> ir.Table:
    """Which answers no were given before a record that may hold, and so do not settle it."""
    since = marks.filter(marks.since.notnull()).group_by(["person", "leaf"]).agg(since=marks.since.max())
    rows = answers.filter(answers.text == "no").join(pairs, "question")
    rows = rows.select("person", "leaf", "word", "mask", "given_first").cross_join(day.select("today"))
    rows = rows.join(since, ["person", "leaf"])
    rows = rows.filter(ibis.coalesce(rows.given_first, rows.today) < rows.since)
    return rows.group_by("person").agg(**collect(rows, "too_early", places.words))


def not_understood(facts: ir.Table) -> ir.Table:
    """The kinds of which a person has a record that no table knows."""
    rows = facts.filter(facts.how == UNKNOWN)
    return rows.group_by("person").agg(
        **{f"unknown_{kind}": (rows.kind == kind).cast("int8").max() == 1 for kind in LISTED}
    )


def weeks(facts: ir.Table, answers: ir.Table, ways: ir.Table, day: ir.Table) -> ir.Table:
    """What is last known of the weeks of pregnancy, and what could not be read of them since; see
    `deqi.safety.evaluate.gestation`."""
    to_weeks = ways.filter(ways.to == "wk").select("set", "unit", "factor", "plus")
    results = facts.filter(
        facts["set"] == "gestational-age",
        facts.kind == "observation",
        ~facts.state.isin(["refuted", "planned"]),
        facts.how != UNKNOWN,
    )
    columns = results.columns
    results = results.left_join(to_weeks, ["set", "unit"]).select(*columns, "factor", "plus")
    weeks_of = results["value"] * results.factor + results.plus
    read = weeks_of.notnull() & (results.comparator == "") & results.start_last.notnull() & ~results.doubted
    measured = results.select(
        "person", "row", "later", "last", "side", "site", "today",
        first=ibis.coalesce(results.start_first, results.recorded_first),
        at=results.start_first.notnull().ifelse(results.start_at, results.recorded_at),
        low=weeks_of, high=weeks_of, read=read.fill_null(False), reported=ibis.literal(False),
    )  # fmt: skip
    codes = facts.filter(
        facts["set"] == "pregnancy", facts.weeks_low.notnull(), facts.state == "present", ~facts.doubted
    )
    written = codes.recorded_first.notnull()
    by_code = codes.select(
        "person", "row", "later", "side", "site", "today",
        last=written.ifelse(codes.recorded_last, codes.start_last),
        first=ibis.coalesce(codes.recorded_first, codes.start_first),
        at=written.ifelse(codes.recorded_at, codes.start_at),
        low=codes.weeks_low, high=codes.weeks_high, read=ibis.literal(True), reported=ibis.literal(False),
    )  # fmt: skip
    told = answers.filter(answers.question == WEEKS_QUESTION, answers.number.notnull()).cross_join(day)
    by_word = told.select(
        "person",
        row=-1 - told["row"], later=ibis.literal(False), side=ibis.null("string"), site=ibis.null("string"),
        today=told.today,
        last=ibis.coalesce(told.given_last, told.today),
        first=ibis.coalesce(told.given_first, told.today),
        at=told.given_at,
        low=told.number, high=told.number, read=ibis.literal(True), reported=ibis.literal(True),
    )  # fmt: skip
    names = measured.columns
    rows = ibis.union(measured, by_code.filter(by_code["last"].notnull()).select(*names), by_word.select(*names))
    rows = rows.mutate(dated=rows["first"].notnull(), set=ibis.literal("gestational-age"))
    # The latest is a column of its own before it filters: Spark has no QUALIFY.
    rows = rows.mutate(latest=is_latest(rows, ["person"], rows.read))
    return rows.filter(~rows.dated | rows.latest)


def weeks_known(weeks: ir.Table) -> ir.Table:
    """Of whom weeks of pregnancy are known."""
    return weeks.filter(weeks.read).group_by("person").agg(weeks_known=ibis.literal(True))


def join_all(persons: ir.Table, day: ir.Table, parts: Iterable[ir.Table]) -> ir.Table:
    """All of it side by side, with completed years and sex. A flag nothing raised is 0."""
    shown = ["person", "sex", "birth_first", "birth_last"]
    shown += [f"{what}_{kind}" for kind in KINDS for what in ("complete", "unreadable")]
    table = persons.select(*shown).cross_join(day.select("today"))
    columns = table.columns
    for part in parts:
        more = [name for name in part.columns if name != "person"]
        table = table.left_join(part, "person").select(*columns, *more)
        columns = (*columns, *more)
    # Nobody is born after the day; see `deqi.safety.evaluate.context.Context.ages`.
    recorded = (table.birth_first <= table.today).fill_null(False)
    reported = (table.birth_reported_first <= table.today).fill_null(False)
    birth_first, birth_last = (
        ibis.cases(
            (recorded, table[f"birth_{end}"]), (reported, table[f"birth_reported_{end}"]), else_=ibis.null("date")
        )
        for end in ("first", "last")
    )
    reported_sex = table.sex_reported.isin(["female", "male"]).ifelse(table.sex_reported, ibis.null("string"))
    flags = {name: table[name].fill_null(0) for name in columns if _is_word(name)}
    said = {
        name: table[name].fill_null(False) for name in columns if name.startswith("unknown_") or name == "weeks_known"
    }
    flags |= said
    kept = [name for name in columns if not name.startswith("birth_") and name not in flags]
    return table.select(
        *(name for name in kept if name not in ("sex", "sex_reported", "today")),
        **flags,
        age_least=_years(birth_last, table.today),
        age_most=_years(birth_first, table.today),
        sex=ibis.coalesce(table.sex, reported_sex),
    )


def _is_word(name: str) -> bool:
    return name.rpartition("_")[2].isdigit()


def _years(birth: ir.DateValue, on: ir.DateValue) -> ir.IntegerValue:
    """Completed years."""
    not_yet = (birth.month() > on.month()) | ((birth.month() == on.month()) & (birth.day() > on.day()))
    years: ir.IntegerValue = on.year() - birth.year() - not_yet.ifelse(1, 0)
    return years


class Asking:
    """Answers and questions as expressions over a person's row.

    Whether a question is about a person may hang on the answer to another, and so on; ``levels`` are the questions
    that depend on something, each after all that it depends on.
    """

    def __init__(self, layout: Layout, table: ir.Table) -> None:
        self._layout = layout
        self.table = table

    def levels(self) -> list[list[str]]:
        """The questions that hang on something, in the order in which they can be decided."""
        depends_on = self._layout.catalog.depends_on
        depth: dict[str, int] = {}

        def deep(question: str) -> int:
            if question not in depth:
                depth[question] = 1 + max(
                    (deep(one) for one in depends_on[question].questions if one in depends_on), default=-1
                )
            return depth[question]

        found: dict[int, list[str]] = {}
        for question in depends_on:
            found.setdefault(deep(question), []).append(question)
        return [found[level] for level in sorted(found)]

    def given(self, question: str) -> ir.BooleanValue:
        """Answered, if only with *not sure*."""
        return has(self.table, "given", self._layout.answered.index(question))

    def implied(self, question: str) -> ir.BooleanValue:
        """Answered with yes by the record."""
        return has(self.table, "implied", self._layout.answered.index(question))

    def lapsed(self, question: str | None) -> ir.BooleanValue:
        """An adverse answer to it stood and no longer counts."""
        if question is None:
            return ibis.literal(False)
        return has(self.table, "lapsed", self._layout.answered.index(question))

    def sure(self, question: str) -> ir.BooleanValue:
        """Answered with something else than *not sure*."""
        return has(self.table, "sure", self._layout.answered.index(question))

    def refused(self, question: str) -> ir.BooleanValue:
        """Answered with no."""
        return has(self.table, "answered_no", self._layout.answered.index(question))

    def answer_value(self, question: str, values: Iterable[str]) -> ir.BooleanValue:
        """Answered with one of these values."""
        places = self._layout.answer_value
        return ibis.or_(*(has(self.table, "answer_value", places.index((question, value))) for value in values))

    def not_applicable(self, question: str) -> ir.BooleanValue:
        """Certainly not about this person."""
        if question not in self._layout.catalog.depends_on:
            return ibis.literal(False)
        about: ir.BooleanColumn = self.table[about_column(question)]
        return (~about).fill_null(False)

    def answered_yes(self, question: str | None) -> ir.BooleanValue:
        """Yes, no or null, as answered; no for a question that is not about the person."""
        if question is None:
            return ibis.null("boolean")
        found: ir.BooleanColumn = self.table[answered_column(question)]
        return found

    def find_answered_yes(self, question: str) -> ir.BooleanValue:
        """The same, as it is found out."""
        index = self._layout.answered.index(question)
        found: ir.BooleanValue = ibis.cases(
            (has(self.table, "answered_yes", index), True),
            (has(self.table, "answered_no", index), False),
            (~self.sure(question) & self.not_applicable(question) & ~self.lapsed(question), False),
            else_=ibis.null("boolean"),
        )
        return found

    def denied(self, ask: str | None, gate: str | None = None) -> ir.BooleanValue:
        """Whether an answer is evidence of absence; see `deqi.safety.evaluate.answers.denied`."""
        return self._no(ask) | (self._no(gate) & ~self.lapsed(ask))

    def denied_since(self, number: int, ask: str | None, gate: str | None) -> ir.BooleanValue:
        """The same, by an answer no older than the records that may hold."""
        return (self._no(ask) & ~self._too_early(number, ask)) | (
            self._no(gate) & ~self._too_early(number, gate) & ~self.lapsed(ask)
        )

    def _no(self, question: str | None) -> ir.BooleanValue:
        return ibis.literal(False) if question is None else (~self.answered_yes(question)).fill_null(False)

    def _too_early(self, number: int, question: str | None) -> ir.BooleanValue:
        places = self._layout.too_early
        if question is None or (question, number) not in places:
            return ibis.literal(False)
        return has(self.table, "too_early", places.index((question, number)))

    def terms(self, question: str) -> dict[str, ir.BooleanValue]:
        """The terms that must all hold for a question to be about the person, by the columns that keep them."""
        terms = self._layout.catalog.applies[question]
        return {term_column(question, number): self._term(term) for number, term in enumerate(terms)}

    def about(self, question: str) -> ir.BooleanValue:
        """Whether a question is about the person: yes, no or null; from the columns of its terms."""
        terms = self._layout.catalog.applies[question]
        return ibis.and_(*(self.table[term_column(question, number)] for number in range(len(terms))))

    def _term(self, term: tuple[Alternative, ...]) -> ir.BooleanValue:
        recorded = [self._holds(option) for option in term if option.kind in ON_RECORD]
        asked = [self._holds(option) for option in term if option.kind not in ON_RECORD]
        found: ir.BooleanValue = ibis.or_(*asked) if asked else ibis.null("boolean")
        if recorded:
            found = ibis.or_(*recorded).ifelse(ibis.literal(True), found)
        return found

    def _holds(self, option: Alternative) -> ir.BooleanValue:
        table = self.table
        found: ir.BooleanValue
        match option.kind:
            case "answer":
                found = self.sure(option.name).ifelse(
                    self.answer_value(option.name, option.values),
                    ibis.cases(
                        (self.implied(option.name) & ("yes" in option.values), True),
                        (self.not_applicable(option.name), False),
                        else_=ibis.null("boolean"),
                    ),
                )
            case "sex":
                found = table.sex == option.name
            case "age":
                found = within_both(table, option.op, option.limit)
            case _:
                found = has(table, "mentioned", self._layout.mentioned.index(option.name))
        return found

    def first(self, question: str) -> dict[str, ir.BooleanValue]:
        """What is put before a question, each with whether it is; the question itself when nothing is."""
        applies = self._layout.catalog.applies.get(question, ())
        before: dict[str, ir.BooleanValue] = {}
        for number, term in enumerate(applies):
            unsettled = self.table[term_column(question, number)].isnull()
            for option in term:
                if option.kind != "answer":
                    continue
                known = self.given(option.name) | self.implied(option.name) | self.not_applicable(option.name)
                open_ = unsettled & ~known
                for name, when in self.firsts(option.name).items():
                    before[name] = before[name] | (open_ & when) if name in before else open_ & when
        return {**before, question: ~ibis.or_(*before.values()) if before else ibis.literal(True)}

    def firsts(self, question: str) -> dict[str, ir.BooleanValue]:
        """The same as `first`, from the columns in which it was kept."""
        if question not in self._layout.catalog.depends_on:
            return {question: ibis.literal(True)}
        return {name: self.table[first_column(question, name)] for name in self._possible(question)}

    def still_to_ask(self, ask: str | None, gate: str | None) -> dict[str, ir.BooleanValue]:
        """What a leaf puts while it is unknown; see `deqi.safety.evaluate.answers.still_to_ask`."""
        found: dict[str, ir.BooleanValue] = {}
        left: ir.BooleanValue = ibis.literal(True)
        for question in (gate, ask):
            if question is None:
                continue
            known = self.given(question)
            if question == gate:
                known = known | self.implied(question)
            for name, when in self.firsts(question).items():
                open_ = left & ~known & when
                found[name] = found[name] | open_ if name in found else open_
            left = left & known
        last = ask or gate
        if last is not None:
            found[last] = found[last] | left if last in found else left
        return found

    def asks(self, ask: str | None, gate: str | None) -> dict[str, ir.BooleanValue]:
        """The same, from the columns in which it was kept."""
        names = [name for one in (gate, ask) if one is not None for name in (*self._possible(one), one)]
        return {name: self.table[ask_column(ask, gate, name)] for name in dict.fromkeys(names)}

    def _possible(self, question: str) -> tuple[str, ...]:
        """All that could be put before a question, and the question."""
        terms = self._layout.catalog.applies.get(question, ())
        above = (option.name for term in terms for option in term if option.kind == "answer")
        return tuple(dict.fromkeys([*(name for one in above for name in self._possible(one)), question]))


def about_column(question: str) -> str:
    """Where it is kept whether a question is about a person."""
    return f"about:{question}"


def term_column(question: str, number: int) -> str:
    """Where one term of a question is kept."""
    return f"term:{question}:{number}"


def answered_column(question: str) -> str:
    """Where the answer yes or no to a question is kept."""
    return f"answered:{question}"


def ask_column(ask: str | None, gate: str | None, question: str) -> str:
    """Where it is kept whether a leaf with this ask and gate, while unknown, puts the question."""
    return f"ask:{ask or ''}:{gate or ''}:{question}"


def first_column(question: str, first: str) -> str:
    """Where it is kept whether ``first`` is put before ``question``."""
    return f"first:{question}:{first}"


def within_both(table: ir.Table, op: str, limit: float) -> ir.BooleanValue:
    """Whether an age known only to lie between two satisfies a comparison: null when only one does."""
    ends = [_compare(table[name], op, limit) for name in ("age_least", "age_most")]
    return both(*ends)


def both(one: ir.BooleanValue, other: ir.BooleanValue) -> ir.BooleanValue:
    """The truth of something between two ends: null when they differ, or are null."""
    found: ir.BooleanValue = (one == other).ifelse(one, ibis.null("boolean"))
    return found


def _compare(value: ir.NumericValue, op: str, limit: float) -> ir.BooleanValue:
    found: dict[str, ir.BooleanValue] = {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
    }
    return found[op]


def compare(value: ir.NumericValue, op: str, limit: float | tuple[float, float]) -> ir.BooleanValue:
    """A comparison as the leaves write them; ``in`` takes the low end and not the high one."""
    if isinstance(limit, tuple):
        return _compare(value, ">=", limit[0]) & _compare(value, "<", limit[1])
    return _compare(value, op, limit)
