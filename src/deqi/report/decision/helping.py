"""Will it help, and can it hurt: the two sections of numbers, in people wherever people were counted."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.evidence.harm_lists import EventHarm
from deqi.evidence.outcomes import Benefit
from deqi.report.blocks import Figure, Say, say
from deqi.report.decision.model import Compared, Counted, Decision, Hundred
from deqi.report.decision.parts import Fold, Heading, Lines, Notice, Pair, Part, SheetSection, Sure
from deqi.report.draw import Rung, certainty_scale, danger_map, ladder, people
from deqi.report.draw.certainty import LEVELS
from deqi.report.draw.ladder import OF
from deqi.report.model import EventLine
from deqi.report.phrase import Phrases, capital, plain, trial_label, whole
from deqi.report.sections.benefitwords import pairs_of_100, short

STYLES = ("electro", "manual", "warm_needle")
NAMED = ("pain_halved", "pain_two_points", "main_problem")
PICTURE = 160.0
SCALE = 72.0
LADDER = 340.0
MOST_OTHERS = 2
"""Further trials of one comparison on the page; all stand behind the tap."""


def help_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """Each comparison: pictures, where they come from, every other measure, how sure."""
    parts: list[Part] = []
    for one in decision.compared:
        if _on_page(one, decision):
            parts += _comparison(one, decision, phrases)
    tested = "decision.help.feeling.tested" if decision.feeling else "decision.help.feeling"
    parts.append(say(phrases.say(tested)))
    fold = phrases.say(
        "decision.help.fold.one" if decision.trials == 1 else "decision.help.fold", {"n": decision.trials}
    )
    parts.append(Fold(fold, tuple(_every(decision, phrases))))
    return SheetSection("d-help", phrases.say("decision.help.heading"), tuple(parts))


def _on_page(one: Compared, decision: Decision) -> bool:
    """A pretend pill stands on the page only where no pretend needle gave a number."""
    if one.cell.group != "placebo":
        return bool(one.cell.benefits or one.cell.treatment)
    return bool(one.cell.benefits) and not any(
        other.cell.benefits for other in decision.compared if other.cell.group == "sham"
    )


def _every(decision: Decision, phrases: Phrases) -> Iterator[Say]:
    """Every measure held, each in a sentence, and where its trial stands."""
    for one in decision.compared:
        for benefit in one.cell.benefits:
            kinds = decision.topic.id if one.cell.broad else ""
            words = f"{capital(measure_words(benefit, decision, phrases, kinds))}."
            yield Say(words, benefit.rows, phrases.say(f"decision.help.{one.cell.group}"))
    yield say(phrases.say("decision.help.fold.words"))


def _comparison(one: Compared, decision: Decision, phrases: Phrases) -> Iterator[Part]:
    yield Heading(phrases.say(f"decision.help.{one.cell.group}"))
    if not one.cell.benefits:
        yield say(_numberless(one, phrases, first=True))
        return
    kinds = decision.topic.id if one.cell.broad else ""
    if one.counted is not None:
        yield _pair(one.counted, phrases)
        yield _origin(one.counted, decision, phrases)
    rest = _each_trial_once(one)
    if rest:
        words = "; ".join(measure_words(other, decision, phrases, kinds) for other in rest)
        lead = phrases.say("decision.help.more") if one.counted is not None else ""
        rows = tuple(row for other in rest for row in other.rows)
        yield Say(f"{capital(words)}.", rows, lead)
    if one.without_numbers:
        yield say(_numberless(one, phrases, first=False))
    yield sure(one.cell.benefits[0].certainty.level, phrases, again=one is not decision.compared[0])
    if one.cell.group == "sham" and not any(other.clear for other in one.cell.benefits):
        yield say(phrases.say("decision.help.needle"))


def _each_trial_once(one: Compared) -> list[Benefit]:
    """One measure a trial, the first of the evidence's order: many scales of one trial are one group of people."""
    said = set(one.counted.benefit.trials) if one.counted is not None else set[str]()
    found = []
    for benefit in one.others:
        if benefit.reporter == "patient" and not said & set(benefit.trials):
            said |= set(benefit.trials)
            found.append(benefit)
    return found[: 1 if one.cell.broad else MOST_OTHERS] or list(one.others[: 0 if one.counted is not None else 1])


def _numberless(one: Compared, phrases: Phrases, *, first: bool) -> str:
    stem = "decision.help.numberless" + (".all" if first else "")
    count = len(one.cell.treatment) if first else one.without_numbers
    if first and not count:
        return phrases.say("decision.help.none")
    return phrases.say(stem + (".one" if count == 1 else ""), {"count": count})


def _pair(counted: Counted, phrases: Phrases) -> Pair:
    name = counted.benefit.kind
    what = phrases.say(
        f"decision.help.what.{name if name in NAMED else 'other'}", {"outcome": counted.benefit.plain_name}
    )
    fields = {**_ends(counted.treated), "what": what, "rest": 100 - int(whole(counted.treated.value))}
    left = phrases.say("decision.help.with", fields)
    right = phrases.say("decision.help.without", {**_ends(counted.control), "what": what})
    return Pair(
        Figure(left, lambda width: _drawn(counted.treated, left, min(width, PICTURE))),
        Figure(right, lambda width: _drawn(counted.control, right, min(width, PICTURE))),
        phrases.say("decision.help.key"),
    )


def _drawn(hundred: Hundred, words: str, width: float) -> str:
    return people(hundred.value, hundred.low, hundred.high, title=words, description=words, width=width)


def _ends(hundred: Hundred) -> dict[str, str]:
    return {"x": whole(hundred.value), "low": whole(hundred.low), "high": whole(hundred.high)}


def _origin(counted: Counted, decision: Decision, phrases: Phrases) -> Say:
    """What a number came from stands with it: people, visits, weeks, current or not, the counts themselves."""
    arm, benefit = counted.arm, counted.benefit
    label = trial_label(counted.trial, phrases)
    parts = [phrases.say("decision.help.trial", {"trial": label, "n": f"{benefit.people:,}"})]
    if counted.trial.condition != decision.topic.id:
        known = decision.conditions.get(counted.trial.condition, counted.trial.condition)
        parts.append(phrases.say("decision.help.trial.in", {"condition": known}))
    parts.append(phrases.say(f"decision.help.trial.style.{arm.style if arm.style in STYLES else 'other'}"))
    if arm.sessions.isdigit():
        key = "dose" if arm.weeks.isdigit() else "sessions"
        parts.append(phrases.say(f"decision.help.trial.{key}", {"sessions": arm.sessions, "weeks": arm.weeks}))
    if benefit.weeks is not None:
        parts.append(phrases.say("decision.help.trial.week", {"weeks": plain(benefit.weeks)}))
    if benefit.added_to and benefit.added_to[0]:
        parts.append(phrases.say("decision.help.trial.added", {"added": benefit.added_to[0]}))
    found = benefit.per_hundred
    if counted.events_treated is not None and counted.n_treated and found is not None:
        fields = {"a": f"{counted.events_treated:g}", "n1": counted.n_treated}
        fields |= {"c": found.baseline_events, "n2": found.baseline_total}
        parts.append(phrases.say("decision.help.trial.counts", fields))
    if arm.n_randomised and arm.n_randomised != benefit.people:
        parts.append(phrases.say("decision.help.trial.began", {"began": arm.n_randomised}))
    words = f"{'; '.join(parts)}. {phrases.say('decision.help.knew')}"
    words += "" if benefit.clear else f" {phrases.say('decision.help.chance')}"
    return Say(words, benefit.rows)


def measure_words(benefit: Benefit, decision: Decision, phrases: Phrases, broad: str) -> str:
    """One more measure in a clause: its size and from where to where, turned so that more is better."""
    what = benefit.plain_name
    if broad and len(set(benefit.conditions)) == 1 and benefit.conditions[0] != broad:
        what = f"{what}, {decision.conditions.get(benefit.conditions[0], benefit.conditions[0])}"
    fields: dict[str, object] = {"what": what, "n": f"{benefit.people:,}"}
    found = benefit.per_hundred
    if found is not None:
        fields |= {"x": whole(found.treated), "c": whole(found.control)}
        fields |= {"low": whole(found.treated_low), "high": whole(found.treated_high)}
        return phrases.say("decision.help.people", fields)
    if benefit.measure == "SMD":
        ends = sorted(pairs_of_100(-end) for end in (benefit.low, benefit.high))
        fields |= {"pairs": whole(pairs_of_100(-benefit.value)), "low": whole(ends[0]), "high": whole(ends[1])}
        return phrases.say("decision.help.pairs", fields)
    turn = -1.0 if benefit.lower_is_better else 1.0
    low, high = sorted((turn * benefit.low, turn * benefit.high))
    fields |= {"gap": short(abs(benefit.value)), "side": _side(turn * benefit.value, phrases)}
    if low < 0 < high or (low < 0 and high <= 0):
        fields |= {
            "low": f"{short(abs(low))} {_side(low, phrases)}",
            "high": f"{short(abs(high))} {_side(high, phrases)}",
        }
    else:
        fields |= {"low": short(low), "high": short(high)}
    if benefit.scale_low is None or benefit.scale_high is None:
        return phrases.say("decision.help.point.noscale", fields)
    fields["scale"] = f"{plain(benefit.scale_low)} to {plain(benefit.scale_high)}"
    return phrases.say("decision.help.point", fields)


def _side(value: float, phrases: Phrases) -> str:
    return phrases.say("benefit.better" if value >= 0 else "benefit.worse")


def sure(level: str, phrases: Phrases, *, again: bool = False) -> Sure:
    """How sure, drawn and said; again: what the level means was said above."""
    title = phrases.say("decision.sure.drawn", {"n": LEVELS.index(level) + 1})
    words = say(phrases.say(f"decision.sure.{'again.' if again else ''}{level.replace(' ', '-')}"))
    return Sure(level, Figure("", lambda width: certainty_scale(level, title=title, width=SCALE)), words)


def harm_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """Common harm of 1,000 people over a course, what is said at once, the rare, and when to get help."""
    parts: list[Part] = []
    first = next((line for line in decision.common if line.harm.event == "any_ae"), None)
    if first is not None:
        free = 1000 - round(1000 * first.harm.rate)
        parts.append(Say(phrases.say("decision.harm.lead", {"none": f"{free:,}"}), first.harm.rows))
        parts.append(_common(decision, phrases))
    parts += _told(decision, phrases)
    parts += _rare(decision, phrases)
    if first is not None and first.harm.certainty is not None:
        parts.append(sure(first.harm.certainty.level, phrases))
    parts.append(Notice("stop", say(phrases.say("decision.harm.stop"))))
    parts.append(Fold(phrases.say("decision.harm.fold"), (_ladder(decision, phrases), _map(phrases))))
    return SheetSection("d-harm", phrases.say("decision.harm.heading"), tuple(parts))


def _common(decision: Decision, phrases: Phrases) -> Lines:
    rows = []
    for line in decision.common:
        value, low, high = (1000 * end for end in (line.harm.rate, line.harm.low, line.harm.high))
        named = Say(phrases.say(f"decision.harm.event.{line.harm.event}"), line.harm.rows)
        if value < 0.5:
            rows.append((named, say(phrases.say("decision.harm.few")), say("")))
        else:
            rows.append((named, say(whole(value)), say(f"{whole(low)} to {whole(high)}")))
    head = tuple(phrases.say(f"decision.harm.head.{name}") for name in ("what", "many", "range"))
    return Lines("", head, tuple(rows), "numbers")


def _told(decision: Decision, phrases: Phrases) -> Iterator[Say]:
    """What people say right after one visit, and what a visit does to symptoms: lists of their own."""
    found = {line.harm.event: line.harm for line in decision.at_once}
    if len(found) == 2:
        bad, tired = found["negative_reaction"], found["tired_or_sleepy"]
        fields = {"bad": _of_1000(bad, phrases), "tired": _of_1000(tired, phrases)}
        yield Say(phrases.say("decision.harm.at_once", fields), (*bad.rows, *tired.rows))
    worse = decision.worse
    if worse is not None:
        words = phrases.say("decision.harm.worse", {"worse": _of_1000(worse.harm, phrases)})
        yield Say(words, worse.harm.rows)


def _of_1000(harm: EventHarm, phrases: Phrases) -> str:
    ends = {name: whole(1000 * end) for name, end in (("x", harm.rate), ("low", harm.low), ("high", harm.high))}
    return phrases.say("decision.harm.ends", ends)


def _per(line: EventLine) -> dict[str, str]:
    return {
        name: short(OF * end) if OF * end < 0.95 else whole(OF * end)
        for name, end in (("x", line.harm.rate), ("low", line.harm.low), ("high", line.harm.high))
    }


def _rare(decision: Decision, phrases: Phrases) -> Iterator[Say]:
    serious, lung, death = decision.serious, decision.lung, decision.death
    if serious is not None:
        ends = _per(serious)
        words = phrases.say("decision.harm.serious", {"doctors": ends["x"], "low": ends["low"], "high": ends["high"]})
        rows = serious.harm.rows
        other = serious.harm.other
        if other is not None:
            count = other.largest
            asked = {"x": f"{count.events:,.0f}", "n": f"{count.denominator:,.0f}", "asked": whole(OF * count.rate)}
            words += f" {phrases.say('decision.harm.serious.asked', asked)}"
            rows = (*rows, *other.rows)
        yield Say(words, rows)
    if lung is not None:
        yield Say(phrases.say("decision.harm.lung", _per(lung)), lung.harm.rows)
    if death is not None and death.harm.shape == "none":
        fields = {"n": f"{death.harm.total:,.0f}", "most": short(OF * death.harm.high)}
        yield Say(phrases.say("decision.harm.death", fields), death.harm.rows)


def _ladder(decision: Decision, phrases: Phrases) -> Figure:
    """Everything of 100,000 people over a course on one axis."""
    rungs: list[Rung] = []
    named = {"any_ae": "any", "ae_requiring_treatment": "care", "infection": "infection"}
    for line in decision.common:
        if line.harm.event in named:
            key = phrases.say(f"decision.harm.ladder.{named[line.harm.event]}")
            rungs.append(_rung(key, line.harm.rate, line.harm.low, line.harm.high))
    if decision.serious is not None:
        harm = decision.serious.harm
        if harm.other is not None:
            rate = harm.other
            said = phrases.say("decision.harm.ladder.serious.asked")
            rungs.append(_rung(said, rate.rate, rate.low, rate.high))
        rungs.append(_rung(phrases.say("decision.harm.ladder.serious.doctors"), harm.rate, harm.low, harm.high))
    if decision.lung is not None:
        harm = decision.lung.harm
        rungs.append(_rung(phrases.say("decision.harm.ladder.lung"), harm.rate, harm.low, harm.high))
    rungs.sort(key=lambda rung: -rung.value)
    title = phrases.say("decision.harm.ladder.title")
    said = "; ".join(
        phrases.say("decision.harm.ladder.words", {"label": rung.label, "words": rung.words}) for rung in rungs
    )
    axis = phrases.say("decision.harm.ladder")
    return Figure(
        title, lambda width: ladder(rungs, title=title, description=said, axis=axis, width=min(width, LADDER))
    )


def _rung(label: str, rate: float, low: float, high: float) -> Rung:
    value = OF * rate
    words = short(value) if value < 9.95 else f"{round(value):,}"
    return Rung(label, value, OF * low, OF * high, words)


def _map(phrases: Phrases) -> Figure:
    title, words = phrases.say("decision.harm.map.title"), phrases.say("decision.harm.map.words")
    labels = [phrases.say(f"decision.harm.map.{name}") for name in ("lung", "vessel", "feet")]
    return Figure(title, lambda width: danger_map(labels, title=title, description=words, width=min(width, LADDER)))
