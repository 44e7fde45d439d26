"""The answer in a few sentences."""

from __future__ import annotations

from deqi.evidence.benefits import BenefitCell
from deqi.knowledge.tables.evidence import Trial
from deqi.report.blocks import Say, Section, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, capital, whole
from deqi.report.sections.benefits import size_words, trials_named
from deqi.report.sections.benefitwords import benefit_words
from deqi.report.sections.harms import harm_lead, serious_lead


def opening_section(report: Report, phrases: Phrases) -> Section:
    """The whole report in a few sentences, each from numbers below."""
    sentences = list(_good(report, phrases))
    sentences += harm_lead(report, phrases)
    sentences += serious_lead(report, phrases)
    sentences.append(say(phrases.say("answer.next")))
    return Section("in-short", phrases.say("answer.heading"), tuple(sentences))


def _good(report: Report, phrases: Phrases) -> list[Say]:
    if report.evidence is None:
        return [
            Say(claim.says_instead, (*claim.rows, *(f"source:{one}" for one in claim.source)))
            for claim in report.claims
            if claim.group == "used-for"
        ]
    found = {cell.group: cell for cell in report.evidence.cells}
    names = trials_named(report.evidence)
    if not any(cell.seen for cell in report.evidence.cells):
        return [say(phrases.say("answer.trials.none", {"condition": report.topic.plain_name}))]
    sham, care = found.get("sham"), found.get("no_needling")
    sentences = [size_words(sham, phrases) if sham else say(phrases.say("answer.sham.none"))]
    if care is not None and care.benefits:
        sentences.append(size_words(care, phrases) if care.broad else _first(care, names, phrases))
        sentences.append(say(phrases.say("answer.care.hope")))
    first = next(iter(report.evidence.benefits), None)
    if first is not None:
        level = phrases.say(f"level.{first.certainty.level}")
        sentences.append(Say(phrases.say("answer.sure", {"level": level}), first.rows))
    return sentences


def _first(cell: BenefitCell, names: dict[str, Trial], phrases: Phrases) -> Say:
    """The best known outcome of a comparison in words."""
    first = cell.benefits[0]
    words = benefit_words(first, names, phrases)
    return Say(words, first.rows, f"{capital(first.plain_name)}:")


def whole_signed(value: float) -> str:
    """A whole number of people with a real minus sign."""
    return whole(value).replace("-", "−")
