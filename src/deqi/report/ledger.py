"""The claims ledger: each sentence people are told, whether it holds, how sure that is, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deqi.knowledge.editorial.citing import link
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.words import Claim
from deqi.report.blocks import Entry, Page, Say, Section, say
from deqi.report.phrase import Phrases, labels
from deqi.report.sections.numbers import cited

GROUPS = ("neuropathy", "risk", "candidacy", "what-it-is", "how-it-works", "used-for")
"""Nerves and risk first: that is what these readers came for."""
FOLDED = ("how-it-works", "used-for")
"""Groups of which only the sentence and its verdict stand in sight."""
MOST_WORKS = 3
"""Works named in sight; all stand behind the tap."""
UNGRADED = "not-assessed"


def ledger_page(rows: Sequence[Claim], works: Mapping[str, Source], edition: str, phrases: Phrases) -> Page:
    """The page; ``works`` are the sources by their ids."""
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("supported", "partly", "too-rosy")}
    fields = {"all": len(rows), "supported": counts["supported"], "partly": counts["partly"]}
    fields |= {"rosy": counts["too-rosy"], "shown": len(rows) - sum(counts.values())}
    lead = (say(phrases.say("ledger.lead", fields)),) if len(rows) > 1 else ()
    sections = [Section("in-short", "", lead)] if lead else []
    for group in GROUPS:
        found = [row for row in rows if row.group == group]
        if found:
            entries = tuple(_entry(row, works, phrases, alone=len(rows) == 1) for row in found)
            sections.append(Section(f"claims-{group}", phrases.say(f"ledger.group.{group}"), (), entries))
    checked = bool(rows) and all(row.checked_by for row in rows)
    return Page(
        title=phrases.say("ledger.title"),
        dated=phrases.say("ledger.dated.checked" if checked else "ledger.dated", {"edition": edition}),
        notice="",
        sections=tuple(sections),
        labels=labels(phrases),
        layout="sheet",
    )


def _entry(row: Claim, works: Mapping[str, Source], phrases: Phrases, *, alone: bool) -> Entry:
    """alone: nothing of it stands behind a tap."""
    verdict = phrases.say(f"ledger.verdict.{row.verdict}")
    title = phrases.say("ledger.claim", {"verdict": verdict, "sentence": row.sentence})
    refs = tuple(dict.fromkeys((*row.rows, *(f"source:{one}" for one in row.source))))
    lines = (Say(row.says_instead, refs), say(_graded(row, works, phrases)))
    why = tuple(_why(row, works, phrases))
    if alone:
        return Entry(Say("", (), title), (*lines, *why))
    return Entry(Say("", (), title), lines, phrases.say("ledger.why"), why, row.group in FOLDED)


def _graded(row: Claim, works: Mapping[str, Source], phrases: Phrases) -> str:
    """How sure the verdict is, and the first works behind it."""
    level = phrases.say(f"level.{row.certainty.replace('-', ' ')}") if row.certainty != UNGRADED else ""
    names = list(dict.fromkeys(cited(works[one]) for one in row.source if one in works))
    if not names:
        return phrases.say("ledger.unseen", {"level": level.lower() or "–"})
    said = ", ".join(names[:MOST_WORKS])
    if len(names) > MOST_WORKS:
        said = phrases.say("ledger.works.more", {"works": said, "count": len(names) - MOST_WORKS})
    if not level:
        return phrases.say("ledger.ungraded", {"works": said, "claim": row.claim})
    return phrases.say("ledger.graded", {"level": level.lower(), "works": said, "claim": row.claim})


def _why(row: Claim, works: Mapping[str, Source], phrases: Phrases) -> Iterator[Say]:
    yield say(row.why)
    for one in row.source:
        if one in works:
            yield say(phrases.say("ledger.work", {"cite": works[one].cite, "link": link(works[one])}).strip())
    if row.rows:
        yield say(phrases.say("ledger.rows", {"rows": ", ".join(row.rows)}))
