"""A screened population: candidacies, rules, who fell out where, and what the code sets cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deqi.report.blocks import Entry, Page, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases, labels
from deqi.screening.disclosure import Count
from deqi.screening.summary import Summary

LISTED = 20
"""Unreadable records listed on the page; the result tables hold all of them."""


def screened_page(summary: Summary, titles: Mapping[str, str], phrases: Phrases) -> Page:
    """The counts of a screened population; ``titles`` are the rules' titles by id."""
    words = phrases.texts
    fields = {"persons": summary.persons, "as_of": summary.as_of, "edition": summary.knowledge}
    return sheet(
        phrases.say("screened.title", fields),
        labels(phrases),
        Section("candidacy", "", card=(_candidacies(summary, phrases),)),
        Section("standing", "", card=(_standing(summary, words), *_possible(summary, words))),
        Section("rules", "", card=(_rules(summary, titles, phrases),)),
        Section("attrition", "", card=(_attrition(summary, words),)),
        Section("coverage", "", lead=tuple(_coverage(summary, phrases))),
        Section("unreadable", "", card=tuple(_unreadable(summary, phrases))),
    )


def _candidacies(summary: Summary, phrases: Phrases) -> Table:
    rows = tuple(
        cells(name, str(count), str(summary.by_candidacy_if_clear.get(name, "")))
        for name, count in summary.by_candidacy.items()
    )
    head = tuple(phrases.say(f"screened.head.{name}") for name in ("candidacy", "now", "if_clear"))
    return Table("", head, rows, numeric=(1, 2), narrow=True)


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


def _rules(summary: Summary, titles: Mapping[str, str], phrases: Phrases) -> Table:
    fired, asked = summary.by_rule, summary.questions_by_rule
    names = sorted(
        fired.keys() | asked.keys(), key=lambda name: (-_size(fired.get(name, 0)), -_size(asked.get(name, 0)), name)
    )
    rows = tuple(cells(str(fired.get(name, 0)), str(asked.get(name, 0)), f"{titles[name]} ({name})") for name in names)
    head = ("screened.persons", "screened.head.undecided", "screened.head.rule")
    return Table("", tuple(phrases.say(key) for key in head), rows, numeric=(0, 1), narrow=True)


def _size(count: Count) -> int:
    return count if isinstance(count, int) else 0


def _attrition(summary: Summary, words: Mapping[str, str]) -> Table:
    rows = tuple(cells(str(step.persons), words[f"screened.attrition.{step.what}"]) for step in summary.attrition)
    return Table("", ("", ""), rows, numeric=(0,), narrow=True)


def _coverage(summary: Summary, phrases: Phrases) -> Iterator[Say]:
    for kind, systems in summary.coverage.items():
        for system, one in systems.items():
            without = {"sets": len(one.sets_without_codes)}
            fields = {
                "persons": one.persons,
                "system": system,
                "kind": kind,
                "facts": one.facts,
                "in_a_set": one.in_a_set,
                "codes": one.codes_listed,
                "blind": phrases.say("screened.coverage.blind", without) if one.sets_without_codes else "",
            }
            yield say(phrases.say("screened.coverage", fields))


def _unreadable(summary: Summary, phrases: Phrases) -> Iterator[Entry]:
    if not summary.unreadable_records:
        return
    lines = [say(line) for line in summary.unreadable[:LISTED]]
    if summary.unreadable_records > LISTED:
        lines.append(say(phrases.say("screened.unreadable.more")))
    title = phrases.say("screened.unreadable", {"count": summary.unreadable_records})
    yield Entry(say(title), tuple(lines))
