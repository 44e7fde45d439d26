"""May I have it, what else is there, what do I ask, who checked this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deqi.evidence.options import Option
from deqi.knowledge.tables.options import NaturalCourse
from deqi.report.blocks import Figure, Say, say
from deqi.report.decision.model import Decision, Visits
from deqi.report.decision.parts import Fold, Heading, Lines, Notice, Part, SheetSection, Steps, Ticks, Tile, Tiles
from deqi.report.draw import session_strip
from deqi.report.phrase import Phrases, capital, plain, whole
from deqi.report.sections.benefitwords import short

STRIP = 340.0
BLIND = ("placebo", "placebo_or_nothing")


def may_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """Six tiles, when to go to hospital or a doctor first, and notes for the kind of nerve damage."""
    parts: list[Part] = []
    hospital = [row for row in decision.parts if row.kind == "hospital"]
    signs = "; ".join(phrases.say(f"decision.part.{row.part}") for row in hospital if row.part != "fever")
    words = f"{phrases.say('decision.may.hospital', {'signs': signs})} {phrases.say('decision.part.fever')}"
    parts.append(Notice("hospital", Say(words, tuple(f"rule:{rule}" for row in hospital for rule in row.rules))))
    parts.append(
        Tiles(
            tuple(
                Tile(
                    phrases.say(f"decision.part.{row.part}.title"),
                    phrases.say(f"decision.part.{row.part}"),
                    tuple(f"rule:{rule}" for rule in row.rules),
                )
                for row in decision.parts
                if row.kind == "tile"
            )
        )
    )
    parts.append(say(phrases.say("decision.may.lead")))
    doctor = [row for row in decision.parts if row.kind == "doctor"]
    signs = "; ".join(phrases.say(f"decision.part.{row.part}") for row in doctor)
    refs = tuple(f"rule:{rule}" for row in doctor for rule in row.rules)
    parts.append(Notice("first", Say(phrases.say("decision.may.doctor", {"signs": signs}), refs)))
    notes = [row for row in decision.parts if row.kind == "note"]
    words = " ".join(phrases.say(f"decision.part.{row.part}") for row in notes)
    refs = tuple(f"rule:{rule}" for row in notes for rule in row.rules)
    parts.append(Notice("plain", Say(words, refs, phrases.say("decision.may.you") + ":")))
    return SheetSection("d-may", phrases.say("decision.may.heading"), tuple(parts))


def else_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """Doing nothing, acupuncture and other treatments side by side, apart by what each was compared with."""
    halves = all(one.effect.measure == "half" for one in decision.options)
    parts: list[Part] = [Heading(phrases.say("decision.else.course")), *_course(decision, phrases)]
    if decision.options:
        parts.append(say(phrases.say("decision.else.lead" if halves else "decision.else.lead.other")))
        blind = [one for one in decision.options if one.effect.comparator_kind in BLIND]
        rest = [one for one in decision.options if one.effect.comparator_kind not in BLIND]
        parts.append(_block("pretend", blind, decision, phrases, halves))
        parts.append(_block("usual", rest, decision, phrases, halves))
    else:
        parts.append(say(phrases.say("decision.else.none")))
    parts.append(_guidelines(decision, phrases))
    if decision.others:
        rows = tuple(_row(one, phrases, False) for one in decision.others)
        head = tuple(phrases.say(f"decision.else.head.{name}") for name in ("what", "found", "cost"))
        parts.append(Fold(phrases.say("decision.else.fold"), (Lines("", head, rows),)))
    return SheetSection("d-else", phrases.say("decision.else.heading"), tuple(parts))


def _block(name: str, held: list[Option], decision: Decision, phrases: Phrases, halves: bool) -> Lines:
    middle = "more" if halves else "found"
    head = tuple(phrases.say(f"decision.else.head.{one}") for one in ("what", middle, "cost"))
    rows = [_acupuncture(name, decision, phrases, halves), *(_row(one, phrases, halves) for one in held)]
    return Lines(phrases.say(f"decision.else.{name}"), head if name == "pretend" else (), tuple(rows))


def _acupuncture(name: str, decision: Decision, phrases: Phrases, halves: bool) -> tuple[Say, ...]:
    """Acupuncture on the same line and measure; where no people were counted, it says so."""
    group = "sham" if name == "pretend" else "no_needling"
    held = [one for compared in decision.compared if compared.cell.group == group for one in compared.cell.benefits]
    people = [one for one in held if one.per_hundred is not None and one.reporter == "patient"]
    halved = [one for one in people if one.kind == "pain_halved"]
    found = phrases.say("decision.else.nothing")
    rows: tuple[str, ...] = ()
    for benefit in (halved if halves else people)[:1]:
        hundred = benefit.per_hundred
        assert hundred is not None
        found = people_words(hundred.difference, hundred.difference_low, hundred.difference_high, phrases)
        if not halves:
            found = phrases.say("decision.else.measure", {"number": found, "outcome": benefit.plain_name})
        rows = benefit.rows
    title = phrases.say("decision.else.acupuncture")
    if decision.sessions is not None:
        title = phrases.say("decision.else.acupuncture.visits", {"n": decision.sessions.middle})
    cost = phrases.say("decision.else.cost.none")
    first = next((line for line in decision.common if line.harm.event == "any_ae"), None)
    if name != "pretend":
        cost = phrases.say("decision.else.cost.same")
    elif first is not None:
        cost = phrases.say("decision.else.cost.acupuncture", {"d": whole(100 * first.harm.rate)})
    return (say(title), Say(found, rows), say(cost))


def _row(one: Option, phrases: Phrases, halves: bool) -> tuple[Say, ...]:
    name = capital(one.treatment.plain_name)
    if one.effect.comparator_kind not in BLIND and one.effect.comparator_kind != "none":
        fields = {"name": name, "comparator": one.effect.comparator}
        name = phrases.say("decision.else.against", fields)
    words = option_words(one, phrases)
    if not halves:
        words = phrases.say("decision.else.measure", {"number": words, "outcome": one.effect.outcome})
    return (say(name), Say(words, one.rows), say(cost_words(one, phrases)))


def option_words(one: Option, phrases: Phrases) -> str:
    """The size of another treatment: people of 100, or points, or what one group had."""
    gain, score, count = one.gain, one.score, one.count
    if gain is not None:
        return people_words(gain.value, gain.low, gain.high, phrases)
    if score is not None and score.mean_difference is not None and score.scale_high is not None:
        turn = -1.0 if one.effect.better == "lower" else 1.0
        fields = {"d": short(turn * score.mean_difference), "most": plain(score.scale_high - (score.scale_low or 0))}
        if score.mean_low is None or score.mean_high is None:
            return phrases.say("decision.else.points.plain", fields)
        low, high = sorted((turn * score.mean_low, turn * score.mean_high))
        return phrases.say("decision.else.points", {**fields, "low": short(low), "high": short(high)})
    if count is not None and count.treated is not None:
        return phrases.say("decision.else.alone", {"x": whole(count.treated)})
    return phrases.say("decision.else.nothing")


def people_words(value: float, low: float | None, high: float | None, phrases: Phrases) -> str:
    """More or fewer people of 100, with the interval where one is held."""
    side = "more" if value >= 0 else "fewer"
    fields = {"d": whole(abs(value))}
    if low is None or high is None:
        return phrases.say(f"decision.else.{side}", fields)
    if low < 0 <= value:
        return phrases.say("decision.else.fewer.to", {**fields, "low": whole(-low), "high": whole(high)})
    ends = sorted((abs(low), abs(high)))
    return phrases.say(f"decision.else.{side}.range", {**fields, "low": whole(ends[0]), "high": whole(ends[1])})


def cost_words(one: Option, phrases: Phrases) -> str:
    """What it cost people in the same trials: any side effect where that is held, else leaving because of one."""
    whole_harm = [harm for harm in one.harms if harm.outcome == phrases.say("decision.else.any")] or list(one.harms)
    said = []
    for harm in whole_harm:
        if harm.difference is not None:
            fields = {"d": whole(harm.difference), "outcome": harm.outcome}
            said.append(phrases.say("decision.else.cost.difference", fields))
        elif harm.nnh is not None:
            said.append(phrases.say("decision.else.cost.nnh", {"d": whole(100 / harm.nnh), "outcome": harm.outcome}))
    return "; ".join(said) or phrases.say("decision.else.cost.none")


def _course(decision: Decision, phrases: Phrases) -> Iterator[Say]:
    """The course of most people, and of another kind of group beside it: a placebo is not *nothing*."""
    told = [row for row in decision.course if row.per100 is not None]
    if not told:
        yield say(phrases.say("decision.else.course.none"))
        return
    shown = [told[0], *[row for row in told[1:] if row.arm != told[0].arm and row.measure == told[0].measure][:1]]
    for row in shown:
        yield Say(_course_words(row, phrases), (f"course:{row.course}", *(f"source:{one}" for one in row.source)))


def _course_words(row: NaturalCourse, phrases: Phrases) -> str:
    weeks = "" if row.weeks is None else phrases.say("decision.else.course.weeks", {"weeks": plain(row.weeks)})
    people = f" {phrases.say('decision.else.course.people', {'n': f'{row.people:,}'})}" if row.people else ""
    who = phrases.say(f"decision.else.course.arm.{row.arm}", {"n": people})
    fields = {"who": who, "x": whole(row.per100 or 0.0), "outcome": row.outcome}
    fields["weeks"] = f" {weeks}" if weeks else ""
    if row.ci_low is None or row.ci_high is None:
        return phrases.say("decision.else.course.line", fields)
    fields |= {"low": whole(row.ci_low), "high": whole(row.ci_high)}
    return phrases.say("decision.else.course.range", fields)


def _guidelines(decision: Decision, phrases: Phrases) -> Say:
    """Whether a guideline for this very condition speaks for acupuncture."""
    own = [row for row in decision.guidelines if row.condition in (decision.topic.id, "neuropathy")]
    yes = [row for row in own if row.covers_acupuncture == "yes" and row.condition == decision.topic.id]
    rows = tuple(f"guideline:{row.guideline}" for row in own)
    favour = [row for row in yes if row.strength in ("weak", "strong")]
    if favour:
        bodies = ", ".join(dict.fromkeys(row.body for row in favour))
        words = phrases.say("decision.else.guidelines.yes", {"bodies": bodies})
    else:
        words = phrases.say("decision.else.guidelines")
    return Say(words, rows)


def ask_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """A visit drawn, six questions, what matters, where one leans."""
    parts: list[Part] = [
        say(_visit(decision, phrases)),
        Fold(phrases.say("decision.ask.session.title"), (_strip(decision, phrases),)),
        Steps(tuple(say(phrases.say(f"decision.ask.{index}")) for index in range(1, 7))),
        Ticks(
            phrases.say("decision.ask.matters"),
            "matters",
            tuple(phrases.say(f"decision.ask.matters.{index}") for index in range(1, 7)),
        ),
        Ticks(
            phrases.say("decision.ask.leaning"),
            "leaning",
            tuple(phrases.say(f"decision.ask.leaning.{index}") for index in range(1, 4)),
            one=True,
        ),
    ]
    return SheetSection("d-ask", phrases.say("decision.ask.heading"), tuple(parts))


def _visit(decision: Decision, phrases: Phrases) -> str:
    """What a visit is like, with the minutes and visits of the trials that say."""
    minutes, sessions, said = decision.minutes, decision.sessions, ""
    if minutes is not None and sessions is not None:
        visits = phrases.say("decision.ask.session.visits", {"least": sessions.least, "most": sessions.most})
        fields = {"least": minutes.least, "most": minutes.most, "visits": visits, "middle": sessions.middle}
        said = f" {phrases.say('decision.ask.session.minutes', fields)}"
    return phrases.say("decision.ask.session", {"minutes": said})


def _strip(decision: Decision, phrases: Phrases) -> Figure:
    steps = [
        phrases.say("decision.ask.step.1"),
        phrases.say("decision.ask.step.2"),
        _visits(decision.minutes, "decision.ask.step.3", phrases),
        phrases.say("decision.ask.step.4"),
        _visits(decision.sessions, "decision.ask.step.5", phrases),
    ]
    stop, title = phrases.say("decision.ask.stop"), phrases.say("decision.ask.session.title")
    said = " ".join([*steps, stop])
    return Figure(
        title, lambda width: session_strip(steps, stop, title=title, description=said, width=min(width, STRIP))
    )


def _visits(found: Visits | None, key: str, phrases: Phrases) -> str:
    if found is None or found.trials < 2:
        return phrases.say(f"{key}.none")
    return phrases.say(key, {"least": found.least, "middle": found.middle, "most": found.most})


def who_section(decision: Decision, phrases: Phrases) -> SheetSection:
    """Who checked, which edition, when it is looked at again, and the works behind the numbers."""
    checked = "checked" if decision.checked else "unchecked"
    fields = {"edition": decision.edition, "as_of": decision.as_of, "review_by": decision.review_by}
    parts: list[Part] = [
        say(phrases.say(f"decision.who.{checked}")),
        say(phrases.say("decision.who.edition", fields)),
        Fold(phrases.say("decision.who.fold"), tuple(_works(decision))),
    ]
    return SheetSection("d-who", phrases.say("decision.who.heading"), tuple(parts))


def _works(decision: Decision) -> Iterable[Say]:
    return (Say(row.cite, (f"source:{row.source}",)) for row in decision.sources)
