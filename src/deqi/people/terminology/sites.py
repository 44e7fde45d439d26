"""Where on the body, and on which side: from SNOMED qualifiers and from words that leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deqi.knowledge.tables.vocabulary import Region
from deqi.people.facts import Coding, Side

SIDE_CODES: dict[str, Side] = {"7771000": "left", "24028007": "right", "51440002": "both"}
"""SNOMED CT qualifiers: left, right, right and left."""

_SIDE_WORDS: dict[str, Side] = {"left": "left", "right": "right", "bilateral": "both", "bilaterally": "both"}
_LATERALITY = re.compile(r"272741003\s*=\s*(\d+)")
"""The laterality attribute in a post-coordinated SNOMED CT expression."""

_FILLERS = frozenset(
    {
        "structure", "structures", "entire", "region", "part", "area", "surface", "skin", "of", "the", "and", "soft",
        "tissue", "body", "joint", "left", "right", "both", "bilateral", "bilaterally", "side", "sided",
        "qualifier", "value",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_CAUSE = re.compile(r"\b(?:after|due to|following|secondary to|because of|from|with|caused by|associated with)\b")
"""What follows is why, not where."""
_LIMBS = ("arm", "leg")
_LONGEST_REGION = 3


def side_of_codes(codes: Iterable[Coding]) -> Side | None:
    """The side that SNOMED CT codings name: as a qualifier of their own or inside an expression."""
    found: set[Side] = set()
    for coding in codes:
        if coding.system != "snomed":
            continue
        if coding.code in SIDE_CODES:
            found.add(SIDE_CODES[coding.code])
        found.update(SIDE_CODES[one] for one in _LATERALITY.findall(coding.code) if one in SIDE_CODES)
    return _one_side(found)


def side_of_text(text: str) -> Side | None:
    """The side that the words name; left and right together are both."""
    return _one_side({_SIDE_WORDS[word] for word in _WORD.findall(text.casefold()) if word in _SIDE_WORDS})


def _one_side(found: set[Side]) -> Side | None:
    if len(found) > 1:
        return "both"
    return next(iter(found), None)


class SiteFinder:
    """Region ids by their id, name or plain name.

    A text is a region only when it says nothing else: "skin of left foot" is the foot, "neck of femur" is not the
    neck. An unnamed site restricts more, never less.
    """

    def __init__(self, regions: Iterable[Region] = ()) -> None:
        self.ids: set[str] = set()
        self._names: dict[tuple[str, ...], str] = {}
        self._limb_of: dict[str, str] = {}
        rows = {row.region: row for row in regions}
        for row in rows.values():
            self.ids.add(row.region)
            above = row.region
            while above and above not in _LIMBS:
                above = rows[above].parent if above in rows else ""
            if above and row.kind == "anatomy":
                self._limb_of[row.region] = above
            if row.kind == "anatomy":
                for name in (row.region.replace("-", " "), row.name, row.plain_name):
                    self._names.setdefault(tuple(_WORD.findall(name.casefold())), row.region)

    def find(self, text: str) -> str | None:
        """The region id a text stands for, or None."""
        if text in self.ids:
            return text
        words = _WORD.findall(text.casefold())
        exact = self._names.get(tuple(words))
        if exact is not None:
            return exact
        return self._names.get(tuple(word for word in words if word not in _FILLERS))

    def find_within(self, text: str) -> str | None:
        """The part of a limb that words of more than a site name ("lymphedema left arm"), if they name no other part.

        Of parts of one limb the widest that is named counts; where no wider one is named, the limb.
        """
        found: set[str] = set()
        for said in re.split(r"[.;\n]", _CAUSE.split(text.casefold())[0]):
            words = _WORD.findall(said.replace("extremity", "limb").replace("extremities", "limb"))
            place = 0
            while place < len(words):
                for size in range(_LONGEST_REGION, 0, -1):
                    region = self._names.get(tuple(words[place : place + size]))
                    if region is not None:
                        found.add(region)
                        place += size
                        break
                else:
                    place += 1
        limbs = {self._limb_of.get(region) for region in found}
        if len(limbs) != 1 or None in limbs:
            return None
        return next(iter(found)) if len(found) == 1 else next(iter(limbs))

    def find_all(self, texts: Iterable[str]) -> str | None:
        """The one region that all the texts which name a region agree on."""
        found = {region for text in texts if (region := self.find(text)) is not None}
        return next(iter(found)) if len(found) == 1 else None
