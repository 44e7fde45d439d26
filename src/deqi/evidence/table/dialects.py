"""Column names of other programs: metafor's, meta's and RevMan's, read as ours and said.

Names are as `reading` makes them: lower case, with an underscore for spaces, points and hyphens.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from deqi.evidence.table.columns import USUAL_LEVEL, first_set
from deqi.evidence.table.composite import level_of, split_cells
from deqi.evidence.table.derived import shares_of, sources_of
from deqi.evidence.table.given import sources_of_given
from deqi.evidence.table.headers import by_words, control_beside, words
from deqi.evidence.table.languages import in_english
from deqi.evidence.table.reading import Table, plain
from deqi.evidence.table.sentences import say

_TWO: Final = ("events_t", "total_t", "events_c", "total_c")
_CELLS: Final = ("events_t", "others_t", "events_c", "others_c")
_MEANS: Final = ("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c")
_TIMES: Final = ("events_t", "time_t", "events_c", "time_c")
_INTERVAL: Final = ("estimate", "ci_low", "ci_high")


@dataclasses.dataclass(frozen=True, slots=True)
class Dialect:
    """The names a program gives to columns, in the order of ours."""

    program: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


DIALECTS: Final = (
    Dialect("metafor", ("ai", "n1i", "ci", "n2i"), _TWO),
    Dialect("metafor", ("ai", "bi", "ci", "di"), _CELLS),
    Dialect("metafor", ("x1i", "n1i", "x2i", "n2i"), _TWO),
    Dialect("metafor", ("tpos", "tneg", "cpos", "cneg"), _CELLS),
    Dialect("metafor", ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), _MEANS),
    Dialect("metafor", ("x1i", "t1i", "x2i", "t2i"), _TIMES),
    Dialect("metafor", ("xi", "ni"), ("events", "total")),
    Dialect("metafor", ("xi", "ti"), ("events", "time")),
    Dialect("metafor", ("mi", "sdi", "ni"), ("mean", "sd", "n")),
    Dialect("metafor", ("ri", "ni"), ("correlation", "n")),
    Dialect("trials", ("xt", "nt", "xc", "nc"), _TWO),
    Dialect("trials", ("xti", "nti", "xci", "nci"), _TWO),
    Dialect("trials", ("mt", "sdt", "nt", "mc", "sdc", "nc"), _MEANS),
    Dialect("trials", ("r1", "n1", "r2", "n2"), _TWO),
    Dialect("trials", ("a", "b", "c", "d"), _CELLS),
    Dialect("meta", ("event_e", "n_e", "event_c", "n_c"), _TWO),
    Dialect("meta", ("mean_e", "sd_e", "n_e", "mean_c", "sd_c", "n_c"), _MEANS),
    Dialect("meta", ("event_e", "time_e", "event_c", "time_c"), _TIMES),
    Dialect("meta", ("event", "n"), ("events", "total")),
    Dialect("meta", ("event", "time"), ("events", "time")),
    Dialect("meta", ("cor", "n"), ("correlation", "n")),
    Dialect("meta", ("te", "sete"), ("yi", "sei")),
    Dialect("meta", ("treat1", "treat2"), ("treatment", "control")),
    Dialect("meta", ("event1", "n1", "event2", "n2"), _TWO),
    Dialect("meta", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), _MEANS),
    Dialect("meta", ("event1", "time1", "event2", "time2"), _TIMES),
    Dialect("PythonMeta", ("e1", "n1", "e2", "n2"), _TWO),
    Dialect("statsmodels", ("count1", "nobs1", "count2", "nobs2"), _TWO),
    Dialect("statsmodels", ("mean1", "sd1", "nobs1", "mean2", "sd2", "nobs2"), _MEANS),
    Dialect("statsmodels", ("eff", "var_eff"), ("yi", "vi")),
    Dialect("Stata", ("_meta_es", "_meta_se"), ("yi", "sei")),
    Dialect("RevMan", ("experimental_cases", "experimental_n", "control_cases", "control_n"), _TWO),
    Dialect("RevMan", ("experimental_events", "experimental_total", "control_events", "control_total"), _TWO),
    Dialect("RevMan", ("events_1", "total_1", "events_2", "total_2"), _TWO),
    Dialect(
        "RevMan",
        ("experimental_mean", "experimental_sd", "experimental_n", "control_mean", "control_sd", "control_n"),
        _MEANS,
    ),
    Dialect(
        "RevMan",
        ("experimental_mean", "experimental_sd", "experimental_total", "control_mean", "control_sd", "control_total"),
        _MEANS,
    ),
    Dialect("RevMan", ("mean_1", "sd_1", "total_1", "mean_2", "sd_2", "total_2"), _MEANS),
    Dialect("RevMan", ("giv_mean", "giv_se"), ("yi", "sei")),
    Dialect("results", ("estimate", "lower", "upper"), _INTERVAL),
    Dialect("results", ("effect", "lower", "upper"), _INTERVAL),
    Dialect("results", ("es", "lci", "uci"), _INTERVAL),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Understood:
    """Columns that were read under our names (ours: theirs); key: the sentence that says so, with its words."""

    key: str
    names: dict[str, str]
    words: dict[str, str | None]

    def told(self, used: Collection[str]) -> str | None:
        """The sentence, about the columns that are used; None where none of them is."""
        pairs = ", ".join(f"{theirs} as {ours}" for ours, theirs in self.names.items() if ours in used)
        return say(self.key, pairs=pairs, **self.words) if pairs else None


@dataclasses.dataclass(frozen=True, slots=True)
class Translated:
    """A table with our names beside those of other programs, and what was understood."""

    table: Table
    understood: tuple[Understood, ...]
    named: str | None

    def told(self, columns: Collection[str]) -> list[str]:
        """What was understood of the columns that are used, in words."""
        made = (sources_of, shares_of, sources_of_given)
        used = {*columns, *(name for column in columns for of in made for name in of(column))}
        sentences = [one.told(used) for one in self.understood]
        level = self.table.level
        other = level is not None and level != USUAL_LEVEL and "ci_low" in columns
        told = [say("other-level", level=f"{100 * (level or 0):g}")] if other else []
        named = (self.named,) if self.named else ()
        return [*self.table.notes, *(one for one in sentences if one), *told, *named]


def translate(table: Table) -> Translated:
    """The table with our names beside those of other programs.

    Nothing is taken away but cells that hold several numbers, where the columns make no set without them: a column can
    still be named by its own name. Our names win where both are there.
    """
    found = _translated(table)
    if first_set(found.table.columns) is not None:
        return found
    for one in itertools.chain([table], in_english(table)):
        again = _translated(one)
        if first_set(again.table.columns) is None and (split := split_cells(one)) is not None:
            again = _translated(split)
        if first_set(again.table.columns) is not None:
            return again
    return found


def _translated(table: Table) -> Translated:
    columns = list(table.columns)
    copies: dict[str, tuple[str, ...]] = {}
    understood: list[Understood] = []
    for dialect in DIALECTS:
        known = {*columns, *copies}
        if set(dialect.theirs) <= set(table.columns) and not set(dialect.ours) <= known:
            new = {ours: theirs for theirs, ours in zip(dialect.theirs, dialect.ours, strict=True) if ours not in known}
            copies |= {ours: (theirs,) for ours, theirs in new.items()}
            understood.append(Understood("read-as", new, {"dialect": say(f"dialect.{dialect.program}")}))
    measure = table.measure
    alone = first_set({*columns, *copies})
    if alone is not None and alone.kind in ("proportion", "rate", "one_mean"):
        beside = control_beside(table.columns, alone.columns)
        if beside and all(name in columns for name in alone.columns):
            copies |= {ours: (theirs,) for ours, theirs in beside.items() if ours not in columns}
            understood.append(Understood("read-words", beside, {"measure": None}))
    if alone is None:
        for meant, told in by_words(table.columns):
            wanted = first_set({*columns, *meant})
            if wanted is None:
                continue
            needed = {*wanted.columns}
            needed |= {name for column in wanted.columns for of in (sources_of, shares_of) for name in of(column)}
            new = {ours: theirs for ours, theirs in meant.items() if ours in needed and ours not in columns}
            copies |= {ours: (theirs,) for ours, theirs in new.items()}
            measure = measure or told
            understood.append(Understood("read-measure" if told else "read-words", new, {"measure": told}))
            break
    index = {name: i for i, name in enumerate(columns)}
    named = _study(table, index)
    if named is not None and "study" not in columns:
        copies["study"] = named
    told_of = None if named is None else say("study-from", columns=" and ".join(named))

    def cell(cells: tuple[str, ...], names: tuple[str, ...]) -> str:
        if names is not named and len(names) == 1:
            return cells[index[names[0]]]  # a number, whose spaces may be those between thousands
        return " ".join(plain(cells[index[name]]) for name in names if cells[index[name]])

    def own(cells: tuple[str, ...]) -> tuple[str, ...]:
        if named is None or "study" in copies:
            return cells
        return (*cells[: index["study"]], cell(cells, named), *cells[index["study"] + 1 :])

    rows = tuple((row, (*own(cells), *(cell(cells, names) for names in copies.values()))) for row, cells in table.rows)
    ends = [*copies.get("ci_low", ("ci_low",)), *copies.get("ci_high", ("ci_high",))]
    level = next((one for one in map(level_of, ends) if one is not None), table.level)
    whole = dataclasses.replace(
        table, columns=(*columns, *copies), rows=rows, measure=measure, own=len(columns), level=level
    )
    return Translated(whole, tuple(understood), told_of)


def _study(table: Table, index: Mapping[str, int]) -> tuple[str, ...] | None:
    """What names a study; an author and a year are written one after the other."""
    author, year, found = (
        next((name for name in words(kind) if name in index), None) for kind in ("authors", "years", "studies")
    )
    if "study" in index:
        return _with_year(table, index["study"], None if year is None else index[year], year)
    if found is None and author is not None:
        return (author,) if year is None else (author, year)
    found = found or next((name for name in words("labels") if name in index), None)
    return None if found is None else (found,)


def _with_year(table: Table, study: int, at: int | None, year: str | None) -> tuple[str, ...] | None:
    """Study and year, where some names come up again and years of publication tell them apart."""
    if at is None or year is None:
        return None
    years: dict[str, list[str]] = defaultdict(list)
    for _, cells in table.rows:
        years[cells[study].casefold()].append(cells[at])
    published = all(re.fullmatch(r"(19|20)\d\d[a-z]?|", one) for found in years.values() for one in found)
    apart = any(len(set(found)) > 1 for name, found in years.items() if name)
    # where most names come up again, the years are those of a series in each study
    return ("study", year) if published and apart and 2 * len(years) > len(table.rows) else None
