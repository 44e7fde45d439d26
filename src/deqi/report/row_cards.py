"""A survey and a rule as pages of their own, for permanent addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.knowledge.rules import Rule
from deqi.knowledge.tables.harms import HarmRow, HarmSurvey
from deqi.report.blocks import Entry, Items, Page, Pairs, Section, Table, cells, say, sheet
from deqi.report.model import RowLine
from deqi.report.phrase import Phrases, plain


def survey_page(survey: HarmSurvey, rows: Sequence[HarmRow], phrases: Phrases, words: Mapping[str, str]) -> Page:
    """A safety survey: who asked whom, and every count that was read of it."""
    about = [("study", survey.study), ("year", str(survey.year or "")), ("country", survey.country)]
    about += [("who", survey.practitioner), ("design", survey.design), ("reporter", survey.reporter)]
    about += [("population", survey.population), ("exposure", survey.exposure), ("note", survey.note)]
    pairs = Pairs(tuple((phrases.say(f"row.survey.{name}"), say(text)) for name, text in about if text))
    table = Table(
        phrases.say("row.survey.counts"),
        tuple(phrases.say(f"row.survey.head.{name}") for name in ("row", "event", "events", "of", "unit")),
        tuple(
            cells(row.harm, row.label, plain(row.events), plain(row.denominator), row.unit or row.rate_reported)
            for row in rows
        ),
        numeric=(2, 3),
    )
    sources = Items(phrases.say("row.sources"), (say(", ".join(survey.source)),))
    return sheet(survey.study, words, Section("survey", "", card=(pairs, *((table,) if rows else ()), sources)))


def rule_card(rule: Rule, phrases: Phrases, words: Mapping[str, str]) -> Page:
    """A rule as a reviewed record: what it says, why, what instead, on what it rests and who checked it."""
    about = [
        ("plain", rule.plain),
        ("instead", rule.instead),
        ("why", rule.why),
        ("severity", phrases.say(f"row.severity.{rule.severity}")),
        ("stage", phrases.say(f"row.stage.{rule.stage}")),
        ("strength", rule.strength),
        ("disagreements", rule.disagreements),
        ("note", rule.note),
        ("sources", ", ".join(rule.source)),
        ("basis", phrases.say(f"row.basis.{rule.basis}")),
        ("verified", phrases.say(f"row.verified.{rule.verified}")),
        ("checked", rule.checked_by or phrases.say("row.unchecked")),
        ("reviewed", f"{rule.reviewed_on.isoformat()}; {phrases.say('row.next')} {rule.review_by.isoformat()}"),
    ]
    pairs = Pairs(tuple((phrases.say(f"row.rule.{name}"), say(text)) for name, text in about if text))
    return sheet(rule.title, words, Section("rule", "", card=(pairs,)))


def rows_page(rows: Sequence[RowLine], words: Mapping[str, str]) -> Page:
    """Several rows that one sentence rests on, each with its sources."""
    entries = tuple(Entry(say(row.text, row.key, *(f"source:{one}" for one in row.source))) for row in rows)
    return sheet("", words, Section("behind", "", card=entries))
