"""Column names of other programs: metafor's, meta's and RevMan's, read as ours and said.

Names are as `reading` makes them: lower case, with an underscore for spaces, points and hyphens.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from deqi.evidence.table.columns import first_set
from deqi.evidence.table.derived import sources_of
from deqi.evidence.table.headers import by_words, words
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
    Dialect("meta", ("event_e", "n_e", "event_c", "n_c"), _TWO),
    Dialect("meta", ("mean_e", "sd_e", "n_e", "mean_c", "sd_c", "n_c"), _MEANS),
    Dialect("meta", ("event_e", "time_e", "event_c", "time_c"), _TIMES),
    Dialect("meta", ("event", "n"), ("events", "total")),
    Dialect("meta", ("event", "time"), ("events", "time")),
    Dialect("meta", ("cor", "n"), ("correlation", "n")),
    Dialect("meta", ("te", "sete"), ("yi", "sei")),
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


def translate(table: Table) -> tuple[Table, list[str]]:
    """The table with our names beside those of other programs, and what was understood, in words.

    Nothing is taken away: a column can still be named by its own name. Our names win where both are there.
    """
    columns, notes = list(table.columns), []
    copies: dict[str, tuple[str, ...]] = {}
    for dialect in DIALECTS:
        known = {*columns, *copies}
        if set(dialect.theirs) <= set(table.columns) and not set(dialect.ours) <= known:
            new = {
                ours: (theirs,) for theirs, ours in zip(dialect.theirs, dialect.ours, strict=True) if ours not in known
            }
            pairs = ", ".join(f"{theirs} as {ours}" for ours, (theirs,) in new.items())
            copies |= new
            notes.append(say("read-as", dialect=say(f"dialect.{dialect.program}"), pairs=pairs))
    measure = table.measure
    if first_set({*columns, *copies}) is None:
        for meant, told in by_words(table.columns):
            wanted = first_set({*columns, *meant})
            if wanted is None:
                continue
            needed = {*wanted.columns, *(name for column in wanted.columns for name in sources_of(column))}
            new = {ours: (name,) for ours, name in meant.items() if ours in needed and ours not in columns}
            pairs = ", ".join(f"{theirs} as {ours}" for ours, (theirs,) in new.items())
            copies |= new
            measure = measure or told
            notes.append(say("read-measure" if told else "read-words", pairs=pairs, measure=told))
            break
    if "study" not in columns:
        named = _study(columns)
        if named is not None:
            copies["study"] = named
            notes.append(say("study-from", columns=" and ".join(named)))
    if not copies:
        return table, notes
    index = {name: i for i, name in enumerate(columns)}

    def cell(cells: tuple[str, ...], names: tuple[str, ...]) -> str:
        return " ".join(plain(cells[index[name]]) for name in names if cells[index[name]])

    rows = tuple((row, (*cells, *(cell(cells, names) for names in copies.values()))) for row, cells in table.rows)
    return dataclasses.replace(table, columns=(*columns, *copies), rows=rows, measure=measure), notes


def _study(columns: list[str]) -> tuple[str, ...] | None:
    """What names a study; an author and a year are written one after the other."""
    author, year, found = (
        next((name for name in words(kind) if name in columns), None) for kind in ("authors", "years", "studies")
    )
    if found is None and author is not None:
        return (author,) if year is None else (author, year)
    found = found or next((name for name in words("labels") if name in columns), None)
    return None if found is None else (found,)
