"""The report as plain text, at most so many columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from deqi.evidence.benefits import BenefitCell, Synthesis
from deqi.evidence.effects import TrialEffect
from deqi.evidence.synthesis import TrialDirection
from deqi.knowledge.citing import link
from deqi.report.model import Bar, HarmLine, Report
from deqi.report.phrase import Phrases, number, one_in, p_value, percent, significant


def as_text(report: Report, phrases: Phrases, width: int = 80) -> str:
    """The whole report."""
    blocks = [
        *_opening(report, phrases),
        *_benefits(report, phrases),
        *_harms(report, phrases),
        *_bars(report, phrases),
        *_alternatives(report),
        *_claims(report, phrases),
        *_practicalities(report),
        *_gaps(report),
        *_sources(report),
    ]
    return "\n".join(_lay_out(blocks, width)) + "\n"


Block = tuple[str, str]
"""Kind (title, heading, paragraph, item, row) and text."""


def _lay_out(blocks: Iterable[Block], width: int) -> Iterator[str]:
    for kind, text in blocks:
        if kind == "title":
            yield text.upper()
            yield "=" * min(len(text), width)
        elif kind == "heading":
            yield ""
            yield text
            yield "-" * min(len(text), width)
        elif kind == "row":
            yield text.rstrip()[:width]
        else:
            indent, hang = ("  ", "    ") if kind == "item" else ("", "")
            yield textwrap.fill(
                text,
                width,
                initial_indent=indent,
                subsequent_indent=hang,
                break_long_words=False,
                break_on_hyphens=False,
            )


def _opening(report: Report, phrases: Phrases) -> Iterator[Block]:
    yield "title", f"Acupuncture for {report.condition.clinical_name}"
    yield "paragraph", f"As of {report.as_of.isoformat()}; knowledge {report.edition}. {phrases.say('notice')}"
    yield "heading", "In short"
    for sentence in report.headline:
        yield "paragraph", sentence


def _benefits(report: Report, phrases: Phrases) -> Iterator[Block]:
    yield "heading", "Benefits"
    yield "paragraph", phrases.say("benefit.personal")
    for cell in report.benefits:
        yield "heading", f"{phrases.say('group.' + cell.group)}: {len(cell.treatment)} randomised comparisons"
        yield from _directions(cell, phrases)
        for synthesis in cell.syntheses:
            yield from _synthesis(synthesis, phrases)
        for published in cell.published:
            if published.estimate is not None and published.ci_low is not None and published.ci_high is not None:
                yield (
                    "item",
                    (
                        f"Published pool {published.pool} ({published.review}): {published.outcome}, {published.measure} "
                        f"{published.estimate:g} ({published.ci_low:g} to {published.ci_high:g})"
                    ),
                )
        for label, found in (
            ("Prevention trials (not pooled)", cell.prevention),
            ("Not randomised", cell.not_randomised),
        ):
            if found:
                yield "paragraph", f"{label}:"
                yield from (_direction_row(one, phrases) for one in found)


def _directions(cell: BenefitCell, phrases: Phrases) -> Iterator[Block]:
    sign = cell.sign
    key = "benefit.sign" if sign.p is not None else "benefit.sign.few"
    yield (
        "paragraph",
        phrases.say(
            key,
            {
                "favour": sign.favour,
                "seen": sign.seen,
                "not_seen": sign.not_seen,
                "p": "" if sign.p is None else p_value(sign.p),
            },
        ),
    )
    yield from (_direction_row(one, phrases) for one in cell.treatment)


def _direction_row(one: TrialDirection, phrases: Phrases) -> Block:
    marks = {"favours_acupuncture": "+", "favours_control": "-", "no_difference": "=", "mixed": "~"}
    mark = marks.get(one.direction, "?")
    size = f"n={one.n}" if one.n is not None else "n not seen"
    words = phrases.say("direction." + one.direction)
    return "row", f"  {mark} {one.trial.trial:20} {one.trial.condition:12} {size:12} {words}"


def _synthesis(synthesis: Synthesis, phrases: Phrases) -> Iterator[Block]:
    if not synthesis.effects:
        return
    kind = "scores" if synthesis.family == "score" else "people who got better"
    yield "paragraph", f"Numbers ({kind}):"
    estimate = synthesis.estimate
    if estimate is not None:
        yield (
            "paragraph",
            phrases.say(
                f"benefit.pooled.{synthesis.family}",
                {
                    "k": estimate.k,
                    "n": estimate.n,
                    "value": number(estimate.value),
                    "low": number(estimate.low),
                    "high": number(estimate.high),
                    "prediction_low": number(estimate.prediction_low),
                    "prediction_high": number(estimate.prediction_high),
                    "certainty": estimate.certainty.level,
                },
            ),
        )
        for reason in estimate.certainty.reasons:
            yield "item", f"{reason.domain}, down {reason.steps}: {reason.why}"
        yield (
            "item",
            (
                f"Method: {estimate.method}, test {estimate.test}, tau2 {number(estimate.tau2, 3)}, "
                f"I2 {number(estimate.i2, 0)} %, p {p_value(estimate.p)}"
            ),
        )
    else:
        yield "paragraph", phrases.say("benefit.two" if len(synthesis.effects) == 2 else "benefit.one")
    for effect in synthesis.effects:
        yield "item", effect_line(effect)


def effect_line(effect: TrialEffect) -> str:
    """One trial's effect with its rows."""
    if effect.events is not None:
        a, n1, c, n2 = effect.events
        counts = f"{a} of {n1} v {c} of {n2}, "
    else:
        counts = f"n {effect.n_acupuncture} v {effect.n_control}, "
    interval = f"{number(effect.natural)} ({number(effect.natural_low)} to {number(effect.natural_high)})"
    standardised = f"; SMD {number(effect.yi)}, below zero favours acupuncture" if effect.measure == "SMD" else ""
    return (
        f"{effect.trial.trial} v {effect.comparator.replace('_', ' ')}: {effect.outcome.name}, {counts}"
        f"{effect.natural_measure} {interval}{standardised} ({effect.how}; {', '.join(effect.rows)})"
    )


def _harms(report: Report, phrases: Phrases) -> Iterator[Block]:
    yield "heading", "Harms"
    yield (
        "paragraph",
        (
            "Rates are per person over a course, or per treatment, as surveys counted them; they are never mixed. "
            "Who reports matters more than the country: patients notice more than practitioners write down."
        ),
    )
    for line in report.harms:
        if line.rate.model != "none":
            yield "item", harm_line(line, phrases)
    if report.published_harms:
        yield "paragraph", "Published pools, beside ours and never mixed with them:"
        for pool in report.published_harms:
            if pool.estimate is not None and pool.ci_low is not None and pool.ci_high is not None:
                yield (
                    "item",
                    (
                        f"{pool.review}: {pool.outcome}, {pool.estimate:g} ({pool.ci_low:g} to {pool.ci_high:g}) "
                        f"per {pool.per:g} {pool.unit}"
                        if pool.per
                        else f"{pool.review}: {pool.outcome}, {pool.estimate:g}"
                    ),
                )


def harm_line(line: HarmLine, phrases: Phrases) -> str:
    """One event's rate, with the course, the surveys and the certainty."""
    rate = line.rate
    name = line.event.plain_name if line.event else rate.event.replace("_", " ")
    per = {"person": "people", "treatment": "treatments", "event per treatment": "treatments (events counted)"}[
        rate.per
    ]
    total = sum(count.denominator for count in rate.counts)
    if rate.upper_only:
        what = phrases.say("harm.none_seen", {"n": f"{total:,.0f} {per}", "high": one_in(rate.high)})
    else:
        what = f"{percent(rate.rate)} of {per} ({percent(rate.low)} to {percent(rate.high)})"
        if rate.rate < 1e-3:
            what += f", {one_in(rate.rate)}"
    course = ""
    if line.course.basis == "per treatment times sessions" and not rate.upper_only:
        course = f"; over 10 sessions {significant(line.course.per_100)} per 100 people"
    studies = ", ".join(count.survey.survey for count in rate.counts)
    level = rate.certainty.level if rate.certainty else ""
    return (
        f"{name}: {what}{course}. Said by: {rate.reporter}. {rate.model}, {rate.k} "
        f"survey{'s' if rate.k > 1 else ''} ({studies}). Certainty: {level}."
    )


def _bars(report: Report, phrases: Phrases) -> Iterator[Block]:
    yield "heading", "Who should not have it, and who needs changes"
    yield "paragraph", phrases.say("medicines")
    shown: dict[str, list[Bar]] = {}
    for bar in report.bars:
        shown.setdefault(bar.severity, []).append(bar)
    for severity, bars in shown.items():
        yield "paragraph", f"{phrases.say('severity.' + severity).capitalize()} ({len(bars)}):"
        for bar in bars:
            labels = [phrases.say("default")] if bar.basis == "default" else []
            labels += [phrases.say("unverified")] if bar.verified == "no" else []
            extra = f" [{'; '.join(labels)}]" if labels else ""
            scope = "" if bar.everything else " (in part)"
            yield "item", f"{bar.title}{scope}. {bar.plain}{extra}"


def _alternatives(report: Report) -> Iterator[Block]:
    yield "heading", "What else there is, doing nothing included"
    for one in report.alternatives:
        parts = [one.what, one.benefit, f"Harm: {one.harm}" if one.harm else ""]
        yield (
            "item",
            f"{one.alternative.replace('-', ' ')} ({one.condition}): {' '.join(part for part in parts if part)}",
        )
    if report.guidelines:
        yield "paragraph", "Guidelines:"
        for guideline in report.guidelines:
            strength = f" [{guideline.strength}]" if guideline.strength else ""
            yield (
                "item",
                f"{guideline.body} {guideline.year or ''}, {guideline.topic}: {guideline.recommendation}{strength}",
            )


def _claims(report: Report, phrases: Phrases) -> Iterator[Block]:
    yield "heading", "What people are told, and what the evidence says"
    for claim in report.claims:
        yield "item", f'"{claim.sentence}" {phrases.say("verdict." + claim.verdict).upper()}. {claim.says_instead}'


def _practicalities(report: Report) -> Iterator[Block]:
    yield "heading", "Practical questions"
    for one in report.practicalities:
        yield "item", f"{one.question} {one.answer}" + (f" ({one.country})" if one.country else "")


def _gaps(report: Report) -> Iterator[Block]:
    yield "heading", "What is not known"
    for gap in report.gaps:
        yield "item", f"{gap.title}: {gap.count}"


def _sources(report: Report) -> Iterator[Block]:
    yield "heading", f"Sources ({len(report.sources)})"
    for source in report.sources:
        address = link(source)
        yield "item", f"[{source.source}] {source.cite}" + (f" {address}" if address else "")
