"""Benefits: size and doubt of each comparison first, which way single trials went in the details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deqi.evidence.benefits import BenefitCell, Evidence, Published
from deqi.evidence.synthesis import SignTest, TrialDirection, sign_test
from deqi.knowledge.tables.evidence import Trial
from deqi.report.blocks import Block, Figure, Items, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, p_value, trial_label
from deqi.report.sections.benefitwords import benefit_say, doubt, published_say
from deqi.report.sections.figures import direction_figure
from deqi.report.sections.numbers import network_blocks, published_table, review_labels, synthesis_blocks
from deqi.report.sections.reviews import own_claims, review_blocks

ORDER = ("favours_acupuncture", "mixed", "no_difference", "favours_control", "not_seen", "not_finished",
         "within_arm_only", "not_applicable")  # fmt: skip


def benefit_section(report: Report, phrases: Phrases) -> Section:
    """What good it does, by comparison."""
    heading = phrases.say("benefit.heading")
    if report.evidence is None:
        card, full = review_blocks(report, phrases)
        return Section("benefits", heading, (say(phrases.say("benefit.reviews.lead")),), card, full)
    reviews = review_labels(report.sources)
    inner = [
        cell_section(cell, report.evidence, phrases, report.conditions, reviews)
        for cell in report.evidence.cells
        if cell.treatment or cell.published
    ]
    inner += [section for section in _aside(report, report.evidence, phrases, reviews) if section is not None]
    lead = [say(phrases.say("benefit.personal"))]
    if not inner:
        lead.append(say(phrases.say("benefit.none")))
    return Section("benefits", heading, tuple(lead), own_claims(report, phrases), inner=tuple(inner))


def trials_named(evidence: Evidence) -> dict[str, Trial]:
    """The trials by id, to be called by their names."""
    return {
        one.trial: one.comparison.trial
        for cell in evidence.cells
        for one in (*cell.treatment, *cell.unclear, *cell.companions, *cell.not_randomised, *cell.prevention)
    }


def size_words(cell: BenefitCell, phrases: Phrases) -> Say:
    """The comparison as a whole: what its trials with numbers show of a gain or a loss."""
    rows = tuple(dict.fromkeys(row for one in cell.benefits for row in one.rows))
    fields = {
        "group": phrases.say(f"group.in.{cell.group}"),
        "k": cell.trials_with_numbers,
        "n": f"{cell.people:,}",
    }
    if not cell.benefits:
        key = "numberless" if cell.seen else "unread"
        named = tuple(f"trial:{one.trial}" for one in cell.treatment)
        return Say(phrases.say(f"size.{key}", fields), named)
    found = {doubt(one) for one in cell.benefits}
    key = next(iter(found)) if len(found) == 1 else "several"
    sham, one = cell.group == "sham", cell.trials_with_numbers == 1
    stem = ("size.sham.one." if one else "size.sham.") if sham else ("size.other.one." if one else "size.other.")
    return Say(phrases.say(f"{stem}{key}", fields), rows)


def cell_section(
    cell: BenefitCell, evidence: Evidence, phrases: Phrases, kinds: Mapping[str, str], reviews: dict[str, str]
) -> Section:
    """One comparison."""
    names = trials_named(evidence)
    lead = [size_words(cell, phrases)]
    card: list[Block] = [say(phrases.say(f"benefit.note.{cell.group}"))]
    if cell.group == "sham":
        card += _blinding(cell, phrases)
    if cell.benefits:
        levels = {one.certainty.level for one in cell.benefits}
        shared = len(levels) == 1 < len(cell.benefits)
        items = tuple(
            benefit_say(one, names, phrases, kinds if cell.broad else None, sure=not shared) for one in cell.benefits
        )
        card.append(Items(phrases.say("benefit.measured"), items))
        if shared:
            level = phrases.say(f"level.{levels.pop()}")
            card.append(say(phrases.say("benefit.certainty.all", {"level": level})))
    if cell.sign.not_seen:
        card.append(say(phrases.say("benefit.not_seen", {"not_seen": cell.sign.not_seen})))
    if cell.sign.not_finished:
        card.append(say(phrases.say("benefit.not_finished", {"count": cell.sign.not_finished})))
    if cell.group == "sham":
        card += [words for one in evidence.hope if (words := hope_words(one, phrases)) is not None]
    shown = frozenset(one.trial for one in cell.treatment)
    brief = tuple(words for one in cell.published if (words := published_say(one, reviews, phrases, shown)) is not None)
    if brief:
        brief = (Say(phrases.say("benefit.published.lead"), (), phrases.say("benefit.published")), *brief)
    return Section(
        id=f"benefits-{cell.group.replace('_', '-')}",
        heading=phrases.say(f"group.{cell.group}"),
        lead=tuple(lead),
        card=tuple(card),
        full=tuple(_full(cell, phrases, kinds)),
        brief=brief,
    )


def _full(cell: BenefitCell, phrases: Phrases, kinds: Mapping[str, str]) -> Iterable[Block]:
    if cell.treatment:
        yield by_direction(cell.treatment, phrases, kinds if cell.broad else {})
        yield _sign_words(cell.sign, phrases)
    for synthesis in cell.syntheses:
        yield from synthesis_blocks(synthesis, cell, phrases, kinds)
    if cell.published:
        yield published_table(cell.published, phrases.say("benefit.published"), kinds, phrases)
    for found, key in ((cell.treatment, "found"), (cell.companions, "companions")):
        if found:
            said = key != "found"
            yield direction_table(found, phrases, phrases.say(f"benefit.{key}"), kinds, directions=said)


def _blinding(cell: BenefitCell, phrases: Phrases) -> list[Block]:
    """In which of these trials people could not tell: said of each comparison, not of the class."""
    told = [one for one in cell.treatment if one.direction not in ("not_seen", "not_finished")]
    blind = [trial_label(one.comparison.trial, phrases) for one in told if one.comparison.blinded]
    rest = [trial_label(one.comparison.trial, phrases) for one in told if not one.comparison.blinded]
    found = []
    for key, labels in (("yes", blind), ("unclear", rest)):
        if labels:
            found.append(say(phrases.say(f"benefit.blinding.{key}", {"trials": ", ".join(labels)})))
    return list[Block](found)


def hope_words(one: Published, phrases: Phrases) -> Say | None:
    """How large hope and extra care are: pretend needles against none."""
    from deqi.report.phrase import whole
    from deqi.report.sections.benefitwords import pairs_of_100

    pool = one.pool
    if pool.estimate is None or pool.ci_low is None or pool.ci_high is None:
        return None
    turn = -1.0 if one.note.better == "lower" else 1.0
    low, high = sorted((pairs_of_100(turn * pool.ci_low), pairs_of_100(turn * pool.ci_high)))
    fields = {"pairs": whole(pairs_of_100(turn * pool.estimate)), "low": whole(low), "high": whole(high), "k": pool.k}
    sources = tuple(f"source:{source}" for source in pool.source)
    return Say(phrases.say("benefit.hope", fields), (f"pool:{pool.pool}", *sources), phrases.say("benefit.hope.label"))


def _sign_words(sign: SignTest, phrases: Phrases) -> Say:
    """The count of directions, for those who want it."""
    fields = {
        "favour": sign.favour,
        "seen": sign.seen,
        "claimed": sign.claimed,
        "claims": sign.claims,
        "p": "" if sign.p is None else p_value(sign.p),
    }
    return say(phrases.say("benefit.sign" if sign.p is not None else "benefit.sign.few", fields))


def direction_words(one: TrialDirection, phrases: Phrases) -> str:
    """Which way one comparison went, and whether that is the authors' word only."""
    said = phrases.say(f"direction.{one.direction}")
    mark = phrases.say("direction.claimed") if one.known == "claim" else ""
    return f"{phrases.say('mark.' + one.direction)} {said}{f' ({mark})' if mark else ''}"


def by_direction(
    found: Iterable[TrialDirection], phrases: Phrases, kinds: Mapping[str, str] | None = None
) -> Items | Figure:
    """The trials by which way they went, each with its size; those by the authors' word marked. Drawn where that can be
    shown, and else written."""
    rows = list(found)
    items = []
    for direction in ORDER:
        here = [one for one in rows if one.direction == direction]
        if here:
            names = ", ".join(_named(one, phrases) for one in here)
            strong = f"{phrases.say('mark.' + direction)} {phrases.say('direction.' + direction)}:"
            items.append(Say(names, tuple(f"trial:{one.trial}" for one in here), strong))
    drawn = direction_figure(rows, phrases, kinds or {}, tuple(items))
    return drawn or Items(phrases.say("benefit.directions"), tuple(items))


def _named(one: TrialDirection, phrases: Phrases) -> str:
    claim = phrases.say("direction.claimed") if one.known == "claim" else ""
    inside = ", ".join(part for part in (f"{one.people}" if one.people else "", claim) if part)
    return trial_label(one.comparison.trial, phrases) + (f" ({inside})" if inside else "")


def direction_table(
    found: Iterable[TrialDirection],
    phrases: Phrases,
    caption: str,
    kinds: Mapping[str, str],
    *,
    directions: bool = True,
) -> Table:
    """Every result with what was found and why there may be no number. directions: they stand nowhere else."""
    rows = tuple(
        cells(
            Say(
                trial_label(one.comparison.trial, phrases),
                (f"trial:{one.trial}", *one.rows, *(f"source:{source}" for source in one.source)),
            ),
            kinds.get(one.comparison.trial.condition, one.comparison.trial.condition),
            _against(one, phrases),
            "–" if one.people is None else f"{one.people}",
            *((direction_words(one, phrases),) if directions else ()),
            one.summary,
            one.numbers_reason or one.numbers_status.replace("_", " "),
        )
        for one in found
    )
    names = ["trial", "condition", "against", "people", *(["result"] if directions else []), "found", "numbers"]
    head = tuple(phrases.say(f"head.{key}") for key in names)
    return Table(caption, head, rows, (3,))


def _against(one: TrialDirection, phrases: Phrases) -> str:
    design = one.comparison.design
    if design.added_to:
        return phrases.say("benefit.on_top", {"added": design.added_to})
    return one.comparison.comparator.replace("_", " ")


def _aside(report: Report, evidence: Evidence, phrases: Phrases, reviews: dict[str, str]) -> Iterable[Section | None]:
    """What is shown and not counted: prevention, studies without chance, other techniques, mixed published pools."""
    kinds = report.conditions
    prevention = tuple(one for cell in evidence.cells for one in cell.prevention)
    yield _prevention(prevention, phrases, kinds) if prevention else None
    for key in ("unclear", "not_randomised"):
        found = tuple(one for cell in evidence.cells for one in getattr(cell, key))
        if found:
            yield _listed(f"benefits-{key.replace('_', '-')}", f"benefit.{key}", found, phrases, kinds)
    if evidence.other:
        yield _listed("benefits-other", "benefit.other", evidence.other, phrases, kinds, drawn=False)
    for pools, key in ((evidence.published_other, "technique"), (evidence.published_mixed, "mixed")):
        if pools:
            caption = phrases.say(f"benefit.published.{key}")
            yield Section(
                f"benefits-published-{key}",
                caption,
                (say(phrases.say(f"lead.{key}", {"count": len(pools)})),),
                (),
                (published_table(pools, caption, kinds, phrases),),
            )
    if report.network is not None:
        yield Section(
            "benefits-network", phrases.say("network.heading"), (), (), network_blocks(report.network, phrases)
        )


def _listed(
    name: str,
    key: str,
    found: tuple[TrialDirection, ...],
    phrases: Phrases,
    kinds: Mapping[str, str],
    *,
    drawn: bool = True,
) -> Section:
    caption = phrases.say(key)
    lead = (say(phrases.say(f"lead.{key.rpartition('.')[2]}", {"count": len(found)})),)
    table = direction_table(found, phrases, caption, kinds, directions=not drawn)
    return Section(name, caption, lead, (), (by_direction(found, phrases), table) if drawn else (table,))


def _prevention(prevention: tuple[TrialDirection, ...], phrases: Phrases, kinds: Mapping[str, str]) -> Section:
    caption = phrases.say("benefit.prevention")
    card: list[Block] = [by_direction(prevention, phrases)]
    full: list[Block] = []
    lead, found = phrases.say("benefit.prevention.lead"), {one.direction for one in prevention}
    if {"favours_acupuncture", "favours_control"} <= found:
        lead += f" {phrases.say('benefit.prevention.differ')}"
    table = direction_table(prevention, phrases, caption, kinds, directions=False)
    full += [_sign_words(sign_test(prevention), phrases), table]
    return Section("benefits-prevention", caption, (say(lead),), tuple(card), tuple(full))
