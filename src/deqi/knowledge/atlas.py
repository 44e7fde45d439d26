"""One point as a card: names, place, nerves, textbook depth and hazards together.

A textbook depth is one source's practice, not a limit: it is never shown without the hazard row's cap, and where
there is no cap the card says that no safe limit is known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from deqi.knowledge.find import PointFinder, points_near
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.atlas import Hazard, HazardText, MeasuredDepth, Point, PointAnatomy, PointDepth, PointName
from deqi.knowledge.words import say


@dataclasses.dataclass(frozen=True)
class HazardCard:
    """What a needle can injure here."""

    hazard: str
    segment: str
    classes: tuple[str, ...]
    structure: str
    severity: str
    angles: tuple[str, ...]
    cap_mm: float | None
    cap_label: str
    measured: tuple[str, ...]
    anticoagulant_avoid: bool
    pregnancy: str
    note: str
    source: tuple[str, ...]
    verified: str
    basis: str

    def lines(self) -> list[tuple[str, str]]:
        """Label and text, for reading."""
        at_risk = self.structure + (f" ({', '.join(self.classes)})" if self.classes != ("none",) else "")
        rows = [(say("card.at-risk"), at_risk), (say("card.severity"), self.severity)]
        if self.segment:
            rows.insert(0, (say("card.segment"), self.segment))
        if self.angles:
            rows.append((say("card.angle"), ", ".join(self.angles)))
        rows.append((say("card.limit"), self.cap_label))
        if self.measured:
            rows.append((say("card.measured"), "; ".join(self.measured)))
        if self.anticoagulant_avoid:
            rows.append((say("card.blood-thinners"), say("card.blood-thinners.deep")))
        if self.pregnancy != "none":
            rows.append((say("card.pregnancy"), self.pregnancy))
        if self.note:
            rows.append((say("card.note"), self.note))
        named = ", ".join(self.source) or "none"
        standing = say("card.source.of", source=named, verified=self.verified, basis=self.basis)
        rows.append((say("card.source"), standing))
        return rows


@dataclasses.dataclass(frozen=True)
class PointCard:
    """Everything the atlas holds about one point."""

    code: str
    pinyin: str
    pinyin_tone: str
    hanzi: str
    location: str
    location_alternative: str
    nerve_superficial: str
    nerve_deep: str
    nerve_family: str
    dermatome: str
    textbook_depth: str
    hazards: tuple[HazardCard, ...]
    hazard_data: bool
    source: tuple[str, ...]

    def lines(self) -> list[tuple[str, str]]:
        """Label and text, for reading; empty ones are left out."""
        rows = [
            (say("card.place"), self.location),
            (say("card.or"), self.location_alternative),
            (say("card.nerve.skin"), self.nerve_superficial),
            (say("card.nerve.deep"), self.nerve_deep),
            (say("card.dermatome"), self.dermatome),
            (say("card.textbooks"), self.textbook_depth),
            (say("card.hazards"), "" if self.hazard_data else say("card.hazards.none")),
            (say("card.source"), ", ".join(self.source)),
        ]
        return [(label, text) for label, text in rows if text]


def finder(knowledge: Knowledge) -> PointFinder:
    """A finder over this knowledge's points and other names."""
    return PointFinder(knowledge.rows(Point), knowledge.rows(PointName))


def all_codes(knowledge: Knowledge) -> tuple[str, ...]:
    """Every point's code, in channel order."""
    return tuple(point.code for point in knowledge.rows(Point))


def codes_near(knowledge: Knowledge, nerve: str) -> tuple[str, ...]:
    """Codes of the points whose nerve texts name a nerve."""
    return points_near(nerve, knowledge.rows(PointAnatomy))


def named(knowledge: Knowledge, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Code and pinyin."""
    pinyin = {point.code: point.pinyin for point in knowledge.rows(Point)}
    return [(code, pinyin[code]) for code in codes]


def card(knowledge: Knowledge, code: str) -> PointCard:
    """The card of a known code."""
    point = next(row for row in knowledge.rows(Point) if row.code == code)
    anatomy = next((row for row in knowledge.rows(PointAnatomy) if row.point == code), None)
    depth = next((row for row in knowledge.rows(PointDepth) if row.point == code), None)
    texts = {row.hazard: row for row in knowledge.rows(HazardText)}
    measured = tuple(
        _measured(row) for row in knowledge.rows(MeasuredDepth) if code in row.points and row.holds_a_limit
    )
    hazards = tuple(_hazard(row, texts, measured) for row in knowledge.rows(Hazard) if row.point == code)
    return PointCard(
        code=code,
        pinyin=point.pinyin,
        pinyin_tone=point.pinyin_tone,
        hanzi=point.hanzi_simplified,
        location=point.location,
        location_alternative=point.location_alternative,
        nerve_superficial=anatomy.nerve_superficial if anatomy else "",
        nerve_deep=anatomy.nerve_deep if anatomy else "",
        nerve_family=anatomy.nerve_family if anatomy else "",
        dermatome=anatomy.dermatome if anatomy else "",
        textbook_depth=_textbook(depth, hazards),
        hazards=hazards,
        hazard_data=bool(hazards),
        source=point.source,
    )


def _measured(row: MeasuredDepth) -> str:
    """A distance behind a limit in words: to what, how far, in whom."""
    key = "card.distance.beside" if row.bears == "beside" else "card.distance"
    whom = ", ".join(part for part in (row.statistic, row.people, row.method) if part)
    return say(key, structure=row.structure, mm=row.mm, whom=whom)


def _hazard(row: Hazard, texts: dict[str, HazardText], measured: tuple[str, ...]) -> HazardCard:
    if row.cap_mm is None:
        cap = say("card.limit.none")
    elif row.cap_basis == "published":
        cap = say("card.limit.published", mm=row.cap_mm)
    else:
        cap = say("card.limit.default", mm=row.cap_mm, default=say("default"))
    return HazardCard(
        hazard=row.hazard,
        segment=row.segment,
        classes=row.classes,
        structure=row.structure,
        severity=row.severity,
        angles=row.angles,
        cap_mm=row.cap_mm,
        cap_label=cap,
        measured=measured,
        anticoagulant_avoid=row.anticoagulant_avoid,
        pregnancy=row.pregnancy,
        note=row.note or (texts[row.hazard].current_note if row.hazard in texts else ""),
        source=row.source,
        verified=row.verified,
        basis=row.basis,
    )


def _textbook(depth: PointDepth | None, hazards: tuple[HazardCard, ...]) -> str:
    if depth is None or depth.cun_high_lowest is None or depth.cun_low is None:
        return say("card.not-needled") if depth and depth.needling and "no" in depth.needling.split("_") else ""
    caps = [hazard.cap_mm for hazard in hazards if hazard.cap_mm is not None]
    limit = say("card.limit.here", mm=min(caps)) if caps else say("card.limit.none")
    low = min(depth.cun_low, depth.cun_high_lowest)
    span = f"{low:g}-{depth.cun_high_lowest:g} cun" if low < depth.cun_high_lowest else f"{low:g} cun"
    angle = f", {depth.angle}" if depth.angle else ""
    return say("card.textbook", span=span, angle=angle, limit=limit)
