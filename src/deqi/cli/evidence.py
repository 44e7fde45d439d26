"""``deqi evidence``: the trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.evidence.trials import TrialCard


def evidence(
    trial: Annotated[str | None, typer.Argument(help="A trial id such as schroeder2007; without it, a list.")] = None,
    condition: Annotated[str | None, typer.Option("--condition", help="Only this condition.")] = None,
    comparator: Annotated[str | None, typer.Option("--comparator", help="Only against this comparator.")] = None,
    direction: Annotated[str | None, typer.Option("--direction", help="Only results of this direction.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the trials, or show one with its numbers."""
    from deqi.cli.output import write, write_json
    from deqi.evidence.library import list_trials
    from deqi.evidence.trials import trial_card
    from deqi.knowledge import load

    knowledge = load()
    if trial is not None:
        card = trial_card(knowledge, trial.casefold())
        if card is None:
            raise InputError(f"{trial!r}: no such trial; `deqi evidence` lists their ids.")
        if as_json:
            write_json({"knowledge": knowledge.edition.version, "trial": card})
        else:
            _print_card(card)
        return
    listed = list_trials(knowledge, condition=condition, comparator=comparator, direction=direction)
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "trials": listed})
        return
    for line in listed:
        size = "" if line.n is None else f"n={line.n}"
        write(f"{line.trial:24} {line.condition:14} v {line.comparator:20} {line.direction:20} {size:7} {line.numbers}")
    write(f"{len(listed)} comparisons of {len({line.trial for line in listed})} trials")


def _print_card(card: TrialCard) -> None:
    from deqi.cli.output import write, write_wrapped

    trial = card.trial
    write_wrapped(f"{trial.trial}: {trial.authors} ({trial.year or 'year not known'}). {trial.title}. {trial.journal}")
    for label, words in (
        ("Condition", trial.condition),
        ("Design", f"{trial.design}; randomised: {trial.randomised}; blinding: {trial.blinding or 'not stated'}"),
        ("People", trial.population),
        ("Note", trial.note),
        ("Sources", ", ".join(trial.source)),
    ):
        if words:
            write_wrapped(f"{label + ':':12}{words}", hanging=" " * 12)
    if trial.randomised != "yes":
        word = "was not randomised" if trial.randomised == "no" else "may not have been randomised"
        write_wrapped(f"This study {word}: differences may come from who chose what, not from the treatment.")
    for result in card.results:
        write()
        write_wrapped(
            f"Against {result.comparator}: {result.direction.replace('_', ' ')}. {result.summary}", hanging="  "
        )
        if result.numbers_reason:
            write_wrapped(f"Numbers: {result.numbers_status.replace('_', ' ')} ({result.numbers_reason})", indent="  ")
    for table in card.tables:
        write()
        write(f"{'':34}{'acupuncture':>12}{table.comparator.replace('_', ' '):>20}")
        for name, acupuncture, control in zip(table.categories, table.acupuncture, table.control, strict=True):
            write(f"{name[:33]:34}{acupuncture:>12}{control:>20}")
        write(f"{'all':34}{table.total_acupuncture:>12}{table.total_control:>20}")
    for one in card.binary:
        a, n1, c, n2 = one.events
        write()
        write_wrapped(f"{one.outcome.name}: {a} of {n1} v {c} of {n2} ({', '.join(one.rows)})")
        write(f"  risk ratio       {one.risk_ratio:.2f} ({one.rr_low:.2f} to {one.rr_high:.2f})")
        write(
            f"  risk difference  {100 * one.risk_difference:.1f} per 100 "
            f"({100 * one.rd_low:.1f} to {100 * one.rd_high:.1f})"
        )
        if one.nnt_low is not None and one.nnt_high is not None:
            write(f"  number needed    {one.nnt:.1f} ({one.nnt_low:.1f} to {one.nnt_high:.1f})")
        else:
            write(f"  number needed    {one.nnt:.1f} (the interval reaches infinity)")
        write(f"  Fisher's exact   p = {one.fisher_p:.3g}")
    for contrast in card.contrasts:
        if contrast.estimate is not None:
            interval = "" if contrast.ci_low is None else f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
            p = f", p {contrast.p}" if contrast.p else ""
            printed = f"{contrast.measure} {contrast.estimate:g}{interval}{p}"
            write_wrapped(f"{contrast.outcome}: {printed} (contrast:{contrast.contrast})", hanging="  ")
    for value in card.values:
        if value.mean is not None:
            spread = "" if value.sd is None else f" (SD {value.sd:g})"
            write_wrapped(
                f"{value.outcome}, {value.value_type}, {value.arm}: mean {value.mean:g}{spread}, "
                f"n {value.n if value.n is not None else 'not seen'} (value:{value.value})",
                hanging="  ",
            )
