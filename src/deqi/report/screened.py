"""A screened population: candidacies, rules, who fell out where, and what the code sets cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deqi.report.blocks import Entry, Page, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases, labels
from deqi.screening.disclosure import Count
from deqi.screening.summary import Summary

LISTED = 20
"""Unreadable records listed on the page; the result tables hold all of them."""


def screened_page(summary: Summary, titles: Mapping[str, str], words: Mapping[str, str]) -> Page:
    """The counts of a screened population; ``titles`` are the rules' titles by id, ``words`` those by key."""
    return sheet(
        f"{summary.persons} persons judged for {summary.as_of}, knowledge {summary.knowledge}",
        labels(Phrases(words)),
        Section("candidacy", "", card=(_candidacies(summary),)),
        Section("standing", "", card=(_standing(summary, words), *_possible(summary, words))),
        Section("rules", "", card=(_rules(summary, titles),)),
        Section("attrition", "", card=(_attrition(summary, words),)),
        Section("coverage", "", lead=tuple(_coverage(summary))),
        Section("unreadable", "", card=tuple(_unreadable(summary))),
    )


def _candidacies(summary: Summary) -> Table:
    rows = tuple(
        cells(name, str(count), str(summary.by_candidacy_if_clear.get(name, "")))
        for name, count in summary.by_candidacy.items()
    )
    return Table("", ("candidacy", "now", "if clear"), rows, numeric=(1, 2), narrow=True)


def _standing(summary: Summary, words: Mapping[str, str]) -> Table:
    """Persons by what can be acted on, first things first."""
    rows = tuple(cells(words[f"screened.{name}"], str(count)) for name, count in summary.by_standing.items())
    return Table("", (words["screened.standing"], words["screened.persons"]), rows, numeric=(1,), narrow=True)


def _possible(summary: Summary, words: Mapping[str, str]) -> Iterator[Table]:
    """Persons with records that could mean a hazard, by why they are open, and with records that nobody understood."""
    rows = [cells(words[f"screened.{why}"], str(count)) for why, count in summary.possible.items() if count]
    if summary.not_understood:
        rows.append(cells(words["screened.not-understood"], str(summary.not_understood)))
    if rows:
        yield Table("", (words["screened.possible"], words["screened.persons"]), tuple(rows), numeric=(1,), narrow=True)


def _rules(summary: Summary, titles: Mapping[str, str]) -> Table:
    fired, asked = summary.by_rule, summary.questions_by_rule
    names = sorted(
        fired.keys() | asked.keys(), key=lambda name: (-_size(fired.get(name, 0)), -_size(asked.get(name, 0)), name)
    )
    rows = tuple(cells(str(fired.get(name, 0)), str(asked.get(name, 0)), f"{titles[name]} ({name})") for name in names)
    return Table("", ("persons", "undecided", "rule"), rows, numeric=(0, 1), narrow=True)


def _size(count: Count) -> int:
    return count if isinstance(count, int) else 0


def _attrition(summary: Summary, words: Mapping[str, str]) -> Table:
    rows = tuple(cells(str(step.persons), words[f"screened.attrition.{step.what}"]) for step in summary.attrition)
    return Table("", ("", ""), rows, numeric=(0,), narrow=True)


def _coverage(summary: Summary) -> Iterator[Say]:
    for kind, systems in summary.coverage.items():
        for system, one in systems.items():
            blind = f"; {len(one.sets_without_codes)} sets list none" if one.sets_without_codes else ""
            yield say(
                f"{one.persons} persons have {system} {kind} records, {one.facts} in all, {one.in_a_set} in a code "
                f"set; the sets of that kind list {one.codes_listed} {system} codes{blind}."
            )


def _unreadable(summary: Summary) -> Iterator[Entry]:
    if not summary.unreadable_records:
        return
    lines = [say(line) for line in summary.unreadable[:LISTED]]
    if summary.unreadable_records > LISTED:
        lines.append(say("... all of them are in the table `unreadable` that -o writes"))
    yield Entry(say(f"{summary.unreadable_records} records could not be read"), tuple(lines))
