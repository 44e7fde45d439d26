"""Finding a point by what people write: WHO code, another scheme's code, pinyin, Chinese characters, a nerve."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from deqi.knowledge.tables.atlas import Point, PointAnatomy, PointName

_CODE = re.compile(r"^([a-z.\-]+?)[\s.\-]*(\d{1,2})$")


@dataclasses.dataclass(frozen=True)
class Found:
    """Codes that the words may mean, in channel order. More than one: ask which; none: not known."""

    query: str
    codes: tuple[str, ...]
    note: str = ""
    doubtful: bool = False
    """What was written is a known misprint or an unsafe reading: ask even though one point is meant."""

    @property
    def ambiguous(self) -> bool:
        return len(self.codes) > 1 or self.doubtful


def plain(text: str) -> str:
    """Lower case, without tone marks, spaces or hyphens."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ü", "v"))
    return re.sub(r"[\s\-'’]+", "", "".join(c for c in letters if not unicodedata.combining(c)))


class PointFinder:
    """Resolves names and codes against the points and their other names."""

    def __init__(self, points: Iterable[Point], names: Iterable[PointName]) -> None:
        self.order = {point.code: place for place, point in enumerate(points)}
        self._codes = {plain(code): code for code in self.order}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._prefixes: dict[str, set[str]] = defaultdict(set)
        self._notes: dict[str, str] = {}
        self._doubtful: set[str] = set()
        for point in points:
            for written in (point.pinyin, point.pinyin_tone, point.hanzi_simplified, point.hanzi_traditional):
                if written:
                    self._names[plain(written)].add(point.code)
        for channel in {point.channel for point in points if point.channel}:
            self._prefixes[plain(channel)].add(channel)
        for name in names:
            self._add_name(name)

    def _add_name(self, name: PointName) -> None:
        key = plain(name.alias)
        meant = re.split(r"[|;]", name.canonical)
        if name.kind == "channel-prefix":
            self._prefixes[key].update(meant)
        elif all(code.split("#")[0] in self.order for code in meant) and name.kind != "misprint-in-paper":
            self._names[key].update(code.split("#")[0] for code in meant)
            if name.kind == "misprint-risk":
                self._doubtful.add(key)
        if name.note:
            self._notes.setdefault(key, name.note)

    def find(self, query: str) -> Found:
        """What a written code or name may mean."""
        key = plain(query)
        if key in self._codes:
            other = self._names[key] if key in self._doubtful else set()
            return self._found(query, {self._codes[key]} | other, key)
        if key in self._names:
            return self._found(query, self._names[key], key)
        if match := _CODE.match(query.casefold().strip()):
            return self._by_prefix(query, plain(match[1]).rstrip("."), int(match[2]))
        return Found(query, ())

    def _by_prefix(self, query: str, prefix: str, number: int) -> Found:
        channels = self._prefixes.get(prefix, set()) | self._prefixes.get(prefix.replace(".", ""), set())
        meant = {code for channel in channels if (code := f"{channel}{number}") in self.order}
        return self._found(query, meant, prefix)

    def _found(self, query: str, codes: set[str], key: str) -> Found:
        ordered = tuple(sorted(codes, key=lambda code: self.order.get(code, 0)))
        return Found(query, ordered, self._notes.get(key, ""), key in self._doubtful)


def points_near(nerve: str, anatomy: Iterable[PointAnatomy]) -> tuple[str, ...]:
    """Points whose nerve text or nerve family names a nerve."""
    wanted = nerve.casefold().strip()
    return tuple(
        row.point
        for row in anatomy
        if wanted in f"{row.nerve_superficial} ; {row.nerve_deep} ; {row.nerve_family}".casefold()
    )
