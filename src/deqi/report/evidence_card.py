"""Trials: one as a card with everything held about it, several as a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deqi.evidence.library import TrialLine
from deqi.evidence.trials import BinaryResult, CountTable, TrialCard
from deqi.knowledge.tables.evidence import TrialComparison
from deqi.report.blocks import Block, Entry, Items, Page, Pairs, Say, Section, Table, cells, say, sheet


def trials_page(listed: Sequence[TrialLine], words: Mapping[str, str]) -> Page:
    """One comparison a line."""
    rows = tuple(
        cells(
            line.trial,
            line.condition,
            f"v {line.comparator}",
            f"{line.direction} (claimed)" if line.known == "claim" else line.direction,
            "" if line.n is None else f"n={line.n}",
            line.numbers,
        )
        for line in listed
    )
    count = f"{len(listed)} comparisons of {len({line.trial for line in listed})} trials"
    return sheet(
        "",
        words,
        Section("trials", "", card=(Table("", ("",) * 6, rows, narrow=True), say(count))),
    )


def trial_page(card: TrialCard, words: Mapping[str, str]) -> Page:
    """Design, results, counts, and what can be computed from them."""
    trial = card.trial
    lead = [f"{trial.trial}: {trial.authors} ({trial.year or 'year not known'}). {trial.title}. {trial.journal}"]
    about = (
        ("Condition", trial.condition),
        ("Design", f"{trial.design}; randomised: {trial.randomised}; blinding: {trial.blinding or 'not stated'}"),
        ("People", trial.population),
        ("Note", trial.note),
        ("Sources", ", ".join(trial.source)),
    )
    if trial.randomised != "yes":
        word = "was not randomised" if trial.randomised == "no" else "may not have been randomised"
        not_randomised = f"This study {word}: differences may come from who chose what, not from the treatment."
        after: tuple[Block, ...] = (say(not_randomised),)
    else:
        after = ()
    pairs = Pairs(tuple((label, say(text)) for label, text in about if text))
    designs = {row.comparator: row for row in card.comparisons}
    results = tuple(
        Entry(
            say(f"Against {one.comparator}, by the authors: {one.direction.replace('_', ' ')}. {one.summary}"),
            (
                say(_design(designs[one.comparator])),
                *(
                    (say(f"Numbers: {one.numbers_status.replace('_', ' ')} ({one.numbers_reason})"),)
                    if one.numbers_reason
                    else ()
                ),
            ),
        )
        for one in card.results
    )
    numbers = tuple(_numbers(card))
    return sheet(
        "",
        words,
        Section("trial", "", lead=tuple(say(line) for line in lead), card=(pairs, *after)),
        Section("results", "", card=results),
        *(Section(f"counts-{number}", "", card=(_counts(one),)) for number, one in enumerate(card.tables, 1)),
        Section("computed", "", card=tuple(_computed(one) for one in card.binary)),
        Section("numbers", "", card=(Items("", numbers),) if numbers else ()),
    )


def _design(row: TrialComparison) -> str:
    """The design of one comparison in a line."""
    allocation = row.allocation.replace("_", " ")
    parts = (
        f"{allocation}, {row.arms} arms" if row.arms > 1 else allocation,
        row.compared,
        f"both had {row.added_to}" if row.added_to else "",
        f"technique {row.technique}",
        f"sham {row.sham.replace('_', ' ')}" if row.sham != "none" else "",
        f"blinded {row.blinded}",
        f"{row.people} people" if row.people else "number of people not seen",
    )
    return f"Design: {'; '.join(part for part in parts if part)}."


def _counts(table: CountTable) -> Table:
    rows = [
        cells(name, str(acupuncture), str(control))
        for name, acupuncture, control in zip(table.categories, table.acupuncture, table.control, strict=True)
    ]
    rows.append(cells("all", str(table.total_acupuncture), str(table.total_control)))
    head = ("", "acupuncture", table.comparator.replace("_", " "))
    return Table("", head, tuple(rows), numeric=(1, 2), narrow=True)


def _computed(one: BinaryResult) -> Entry:
    a, n1, c, n2 = one.events
    reach = (
        f"({one.nnt_low:.1f} to {one.nnt_high:.1f})"
        if one.nnt_low is not None and one.nnt_high is not None
        else "(the interval reaches infinity)"
    )
    lines = (
        f"risk ratio       {one.risk_ratio:.2f} ({one.rr_low:.2f} to {one.rr_high:.2f})",
        f"risk difference  {100 * one.risk_difference:.1f} per 100 ({100 * one.rd_low:.1f} to {100 * one.rd_high:.1f})",
        f"number needed    {one.nnt:.1f} {reach}",
        f"Fisher's exact   p = {one.fisher_p:.3g}",
    )
    title = f"{one.outcome.name}: {a} of {n1} v {c} of {n2} ({', '.join(one.rows)})"
    return Entry(say(title), tuple(say(line) for line in lines))


def _numbers(card: TrialCard) -> Iterator[Say]:
    for contrast in card.contrasts:
        if contrast.estimate is not None:
            interval = "" if contrast.ci_low is None else f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
            p = f", p {contrast.p}" if contrast.p else ""
            printed = f"{contrast.measure} {contrast.estimate:g}{interval}{p}"
            yield say(f"{contrast.outcome}: {printed} (contrast:{contrast.contrast})")
    for value in card.values:
        if value.mean is not None:
            spread = "" if value.sd is None else f" (SD {value.sd:g})"
            n = value.n if value.n is not None else "not seen"
            mean = f"mean {value.mean:g}{spread}, n {n}"
            yield say(f"{value.outcome}, {value.value_type}, {value.arm}: {mean} (value:{value.value})")
