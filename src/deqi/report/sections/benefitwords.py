"""A benefit in words: how large, from where to where, for whom, against what. No statistics' short words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from deqi.evidence.benefits import Published
from deqi.evidence.outcomes import Benefit
from deqi.knowledge.tables.evidence import Trial
from deqi.report.blocks import Say
from deqi.report.phrase import Phrases, capital, plain, significant, span, trial_label, whole

ROOT2 = math.sqrt(2.0)


def pairs_of_100(smd: float) -> float:
    """Of 100 pairs of people, one from each group, in how many the first does better (McGraw & Wong 1992, the common
    language effect size, for two normal groups of one spread). 50 is no difference."""
    return 100 * 0.5 * (1 + math.erf(smd / ROOT2 / ROOT2))


def against(benefit: Benefit, phrases: Phrases) -> str:
    """What acupuncture was compared with, the thing added to named."""
    if len(benefit.added_to) == 1 and benefit.added_to[0]:
        return phrases.say("benefit.on_top", {"added": benefit.added_to[0]})
    return phrases.say(f"group.in.{benefit.group}")


def benefit_words(
    benefit: Benefit, names: Mapping[str, Trial], phrases: Phrases, kinds: Mapping[str, str] | None = None
) -> str:
    """One benefit in two or three sentences: its size in people or points, how far off it may be, what that means.

    kinds: condition ids with names, where a page is about several; then the condition of a trial is said.
    """
    fields: dict[str, object] = {
        "against": against(benefit, phrases),
        "from": _from(benefit, names, phrases, kinds or {}),
        "n": f"{benefit.people:,}",
    }
    hundred = benefit.per_hundred
    if hundred is not None:
        fields |= {"treated": whole(hundred.treated), "control": whole(hundred.control)}
        fields |= {"low": whole(hundred.treated_low), "high": whole(hundred.treated_high)}
        said = phrases.say("benefit.said.count", fields)
        if benefit.basis == "pool":
            said += f" {phrases.say('benefit.said.risk', {'trial': trial_label(names[hundred.trial], phrases)})}"
    elif benefit.measure == "SMD":
        turn = -1.0
        ends = sorted(pairs_of_100(turn * end) for end in (benefit.low, benefit.high))
        fields |= {"pairs": whole(pairs_of_100(turn * benefit.value)), "low": whole(ends[0]), "high": whole(ends[1])}
        said = phrases.say("benefit.said.pairs", fields)
    elif benefit.measure == "MD":
        said = _points(benefit, fields, phrases)
    else:
        fields |= {"value": short(benefit.value), "low": short(benefit.low), "high": short(benefit.high)}
        said = phrases.say("benefit.said.ratio", fields)
    if benefit.adjusted:
        said += f" {phrases.say('benefit.adjusted')}"
    return f"{said} {phrases.say(f'benefit.doubt.{doubt(benefit)}')}"


def doubt(benefit: Benefit) -> str:
    """``gain``, ``loss`` or ``open``: what the interval allows."""
    if not benefit.clear:
        return "open"
    return "gain" if benefit.better == "acupuncture" else "loss"


def _points(benefit: Benefit, fields: dict[str, object], phrases: Phrases) -> str:
    """Points better (or worse) on the scale, turned so that more is better."""
    turn = -1.0 if benefit.lower_is_better else 1.0
    value = turn * benefit.value
    low, high = sorted((turn * benefit.low, turn * benefit.high))
    fields |= {"gap": short(abs(value)), "side": _side(value, phrases)}
    fields |= {"low": points(low, phrases), "high": points(high, phrases)}
    fields["scale"] = phrases.say("benefit.scale.unknown")
    if benefit.scale_low is not None and benefit.scale_high is not None:
        ends = {"low": plain(benefit.scale_low), "high": plain(benefit.scale_high)}
        fields["scale"] = phrases.say("benefit.scale", ends)
    return phrases.say("benefit.said.points", fields)


def points(value: float, phrases: Phrases) -> str:
    """A gap that was turned so that more is better, with its side said."""
    return f"{short(abs(value))} {_side(value, phrases)}"


def short(value: float) -> str:
    """Two significant digits without trailing zeros."""
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _side(value: float, phrases: Phrases) -> str:
    return phrases.say("benefit.better" if value >= 0 else "benefit.worse")


def _from(benefit: Benefit, names: Mapping[str, Trial], phrases: Phrases, kinds: Mapping[str, str]) -> str:
    if benefit.basis == "trial":
        kind = kinds.get(benefit.conditions[0], "")
        return trial_label(names[benefit.trials[0]], phrases) + (f", {kind}" if kind else "")
    return phrases.say("benefit.trials", {"k": len(benefit.trials)})


def benefit_say(
    benefit: Benefit,
    names: Mapping[str, Trial],
    phrases: Phrases,
    kinds: Mapping[str, str] | None = None,
    *,
    sure: bool = True,
) -> Say:
    """The benefit as a line: what was measured, its words, and how sure we are unless that is said of all together."""
    words = benefit_words(benefit, names, phrases, kinds)
    if sure:
        level = phrases.say(f"level.{benefit.certainty.level}")
        words += f" {phrases.say('benefit.certainty', {'level': level})}"
    return Say(words, benefit.rows, f"{capital(benefit.plain_name)}:")


def published_say(
    one: Published, reviews: dict[str, str], phrases: Phrases, shown: frozenset[str] = frozenset()
) -> Say | None:
    """A published pool in words; None where no number was printed. shown: trials that stand above."""
    pool, note = one.pool, one.note
    if pool.estimate is None:
        return None
    compared = note.compared or pool.comparator.replace("_", " ")
    fields = {"compared": compared, "result": capital(published_result(one, phrases))}
    said = phrases.say("published.said", fields)
    if note.repeats in shown:
        said += f" {phrases.say('published.same' if pool.k == 1 else 'published.perhaps')}"
    name = capital(note.plain_outcome or pool.outcome)
    return Say(said, (f"pool:{pool.pool}",), f"{name} ({reviews.get(pool.review, pool.review)}):")


def published_result(one: Published, phrases: Phrases) -> str:
    """A published number with its interval and which way is better."""
    pool, note = one.pool, one.note
    assert pool.estimate is not None
    value, low, high = pool.estimate, pool.ci_low, pool.ci_high
    nothing = 1.0 if pool.measure in ("RR", "OR") else 0.0
    key = {"RR": "ratio", "OR": "odds", "RD": "share", "SMD": "pairs"}.get(pool.measure, "points")
    turn = -1.0 if note.better == "lower" else 1.0

    def as_read(x: float) -> str:
        if key in ("ratio", "odds"):
            return plain(x)
        if key == "share":
            return whole(100 * x)
        return whole(pairs_of_100(turn * x)) if key == "pairs" else points(turn * x, phrases)

    fields: dict[str, object] = {"value": as_read(value)}
    if low is None or high is None:
        fields["interval"] = phrases.say("published.no_interval")
    else:
        ends = (high, low) if turn < 0 and key in ("pairs", "points") else (low, high)
        fields["interval"] = phrases.say("published.interval", {"low": as_read(ends[0]), "high": as_read(ends[1])})
    said = phrases.say(f"published.{key}", fields)
    return f"{said}; {phrases.say(f'published.side.{_published_side(value, low, high, nothing, note.better)}')}"


def _published_side(value: float, low: float | None, high: float | None, nothing: float, better: str) -> str:
    if low is not None and high is not None and low <= nothing <= high:
        return "open"
    return "acupuncture" if (value > nothing) == (better == "higher") else "control"


def interval(low: float | None, high: float | None) -> str:
    """An interval as tables print it."""
    return "" if low is None or high is None else f" ({span(low, high)})"
