"""Trials: one as a card with everything held about it, several as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deqi.evidence.library import TrialLine
from deqi.evidence.trials import BinaryResult, CountTable, TrialCard
from deqi.knowledge.tables.evidence import TrialComparison, TrialResult
from deqi.report.blocks import Block, Entry, Items, Page, Pairs, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases, labels


def trials_page(listed: Sequence[TrialLine], phrases: Phrases) -> Page:
    """One comparison a line."""
    rows = tuple(
        cells(
            line.trial,
            line.condition,
            phrases.say("study.against", {"comparator": line.comparator}),
            phrases.say("study.claimed", {"direction": line.direction}) if line.known == "claim" else line.direction,
            "" if line.n is None else f"n={line.n}",
            line.numbers,
        )
        for line in listed
    )
    fields = {"comparisons": len(listed), "trials": len({line.trial for line in listed})}
    count = phrases.say("study.trials", fields)
    return sheet(
        "",
        labels(phrases),
        Section("trials", "", card=(Table("", ("",) * 6, rows, narrow=True), say(count))),
    )


def trial_page(card: TrialCard, phrases: Phrases) -> Page:
    """Design, results, counts, and what can be computed from them."""
    trial = card.trial
    lead = {"trial": trial.trial, "authors": trial.authors, "title": trial.title, "journal": trial.journal}
    lead["year"] = f"{trial.year}" if trial.year else phrases.say("study.trial.year")
    how = {"design": trial.design, "randomised": trial.randomised}
    how["blinding"] = trial.blinding or phrases.say("study.how.unsaid")
    about = (
        ("condition", trial.condition),
        ("design", phrases.say("study.how", how)),
        ("people", trial.population),
        ("note", trial.note),
        ("sources", ", ".join(trial.source)),
    )
    after: tuple[Block, ...] = ()
    if trial.randomised != "yes":
        after = (say(phrases.say(f"study.chance.{'no' if trial.randomised == 'no' else 'unclear'}")),)
    pairs = Pairs(tuple((phrases.say(f"study.{name}"), say(text)) for name, text in about if text))
    designs = {row.comparator: row for row in card.comparisons}
    results = tuple(_result(one, designs[one.comparator], phrases) for one in card.results)
    numbers = tuple(_numbers(card, phrases))
    return sheet(
        "",
        labels(phrases),
        Section("trial", "", lead=(say(phrases.say("study.trial", lead)),), card=(pairs, *after)),
        Section("results", "", card=results),
        *(Section(f"counts-{number}", "", card=(_counts(one, phrases),)) for number, one in enumerate(card.tables, 1)),
        Section("computed", "", card=tuple(_computed(one, phrases) for one in card.binary)),
        Section("numbers", "", card=(Items("", numbers),) if numbers else ()),
    )


def _result(one: TrialResult, design: TrialComparison, phrases: Phrases) -> Entry:
    """What the authors say of one comparison, its design, and why there may be no numbers."""
    fields = {"comparator": one.comparator, "direction": one.direction.replace("_", " "), "summary": one.summary}
    lines = [say(_design(design, phrases))]
    if one.numbers_reason:
        status = {"status": one.numbers_status.replace("_", " "), "reason": one.numbers_reason}
        lines.append(say(phrases.say("study.result.numbers", status)))
    return Entry(say(phrases.say("study.result", fields)), tuple(lines))


def _design(row: TrialComparison, phrases: Phrases) -> str:
    """The design of one comparison in a line."""
    allocation = row.allocation.replace("_", " ")
    parts = (
        phrases.say("study.arms", {"allocation": allocation, "arms": row.arms}) if row.arms > 1 else allocation,
        row.compared,
        phrases.say("study.added", {"added": row.added_to}) if row.added_to else "",
        phrases.say("study.technique", {"technique": row.technique}),
        phrases.say("study.sham", {"sham": row.sham.replace("_", " ")}) if row.sham != "none" else "",
        phrases.say("study.blinded", {"blinded": row.blinded}),
        phrases.say("study.count", {"people": row.people}) if row.people else phrases.say("study.count.none"),
    )
    return phrases.say("study.design.line", {"parts": "; ".join(part for part in parts if part)})


def _counts(table: CountTable, phrases: Phrases) -> Table:
    rows = [
        cells(name, str(acupuncture), str(control))
        for name, acupuncture, control in zip(table.categories, table.acupuncture, table.control, strict=True)
    ]
    rows.append(cells(phrases.say("study.all"), str(table.total_acupuncture), str(table.total_control)))
    head = ("", phrases.say("study.acupuncture"), table.comparator.replace("_", " "))
    return Table("", head, tuple(rows), numeric=(1, 2), narrow=True)


def _computed(one: BinaryResult, phrases: Phrases) -> Entry:
    a, n1, c, n2 = one.events
    reach = phrases.say("study.nnt.infinite")
    if one.nnt_low is not None and one.nnt_high is not None:
        reach = phrases.say("study.nnt.interval", {"low": f"{one.nnt_low:.1f}", "high": f"{one.nnt_high:.1f}"})
    lines: dict[str, dict[str, object]] = {
        "risk_ratio": _ends("{:.2f}", one.risk_ratio, one.rr_low, one.rr_high),
        "risk_difference": _ends("{:.1f}", 100 * one.risk_difference, 100 * one.rd_low, 100 * one.rd_high),
        "nnt": {"value": f"{one.nnt:.1f}", "reach": reach},
        "fisher": {"p": f"{one.fisher_p:.3g}"},
    }
    fields = {"outcome": one.outcome.name, "a": a, "n1": n1, "c": c, "n2": n2, "rows": ", ".join(one.rows)}
    title = phrases.say("study.binary", fields)
    return Entry(say(title), tuple(say(phrases.say(f"study.{name}", found)) for name, found in lines.items()))


def _ends(style: str, value: float, low: float, high: float) -> dict[str, object]:
    return {"value": style.format(value), "low": style.format(low), "high": style.format(high)}


def _numbers(card: TrialCard, phrases: Phrases) -> Iterator[Say]:
    for contrast in card.contrasts:
        if contrast.estimate is not None:
            interval = "" if contrast.ci_low is None else f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
            p = f", p {contrast.p}" if contrast.p else ""
            printed = f"{contrast.measure} {contrast.estimate:g}{interval}{p}"
            yield say(f"{contrast.outcome}: {printed} (contrast:{contrast.contrast})")
    for value in card.values:
        if value.mean is not None:
            spread = "" if value.sd is None else f" (SD {value.sd:g})"
            n = value.n if value.n is not None else phrases.say("study.mean.unseen")
            mean = phrases.say("study.mean", {"mean": f"{value.mean:g}", "spread": spread, "n": n})
            yield say(f"{value.outcome}, {value.value_type}, {value.arm}: {mean} (value:{value.value})")
