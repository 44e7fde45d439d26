"""How a table of a network is laid out: a row a comparison, a row an arm, a row a study with its arms side by side.

Names of columns are those of netmeta, gemtc, multinma and metafor, and the words of `headers`; what was understood is
said. Arms become rows with our names of columns for one group (`events`, `total`, `time`, `mean`, `sd`, `n`, `yi`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Final, Literal

from deqi.errors import InputError
from deqi.evidence.table.composite import split_cells
from deqi.evidence.table.dialects import Translated, translate
from deqi.evidence.table.languages import in_english
from deqi.evidence.table.reading import Table, plain
from deqi.evidence.table.sentences import say, some

Kind = Literal["contrasts", "arms"]
#: The numbers of an arm, by the columns that make them; the first that is whole is taken.
ARMS: Final = (
    ("events", "total"),
    ("events", "time"),
    ("mean", "sd", "n"),
    ("mean", "se", "n"),
    ("median", "q1", "q3", "n"),
    ("median", "min", "max", "n"),
    ("yi", "sei"),
)
_NUMBERS: Final = ("events", "total", "time", "mean", "sd", "se", "n", "median", "q1", "q3", "min", "max", "yi", "sei")
LONGEST: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """A table with study and treatment (and control, for contrasts), what its rows are, and what was understood.

    translated: of contrasts, whose sentences wait for the columns that are used.
    """

    table: Table
    kind: Kind
    notes: tuple[str, ...]
    translated: Translated | None = None


def _words(key: str) -> tuple[str, ...]:
    return tuple(say(f"network.header.{key}").split())


def _first(key: str, columns: tuple[str, ...]) -> str | None:
    return next((word for word in _words(key) if word in columns), None)


def laid_out(table: Table) -> Layout:
    """The layout of a table.

    Raises:
        InputError: no columns of treatments, or arms without numbers.
    """
    if _first("treatment", table.columns) is None and not _numbered(table.columns):
        table = next((one for one in in_english(table) if _first("treatment", one.columns) is not None), table)
    numbered = _numbered(table.columns)
    treatment, control = _first("treatment", table.columns), _first("control", table.columns)
    if len(numbered) > 1 and (len(numbered) > 2 or not _effects(table, *numbered[:2])):
        return _side_by_side(table, numbered)
    if len(numbered) == 2:
        treatment, control = numbered
    if treatment is None:
        found = ", ".join(plain(one, 20) for one in table.columns[:8])
        raise InputError(say("network.no-treatment", name=table.name, found=found))
    if control is not None:
        return _contrasts(table, treatment, control)
    return _arms(table, treatment)


def _numbered(columns: tuple[str, ...]) -> list[str]:
    """treat1, treat2, ... in their order."""
    for stem in _words("numbered"):
        found = [f"{stem}{sign}" for sign in range(1, 20)]
        for names in (found, [f"{stem}_{sign}" for sign in range(1, 20)]):
            there = [name for name in names if name in columns]
            if len(there) > 1:
                return there
    return []


def _effects(table: Table, one: str, other: str) -> bool:
    """Whether rows of two treatments bring a difference with its error, so that their arms are not needed."""
    kept = [name for name in table.columns if not re.search(r"\d$", name) or name in (one, other)]
    found = set(translate(_only(table, {name: name for name in kept})).table.columns)
    return bool({"yi", "estimate"} & found) and bool({"vi", "sei", "ci_low", "p"} & found)


def _contrasts(table: Table, treatment: str, control: str) -> Layout:
    numbered = {treatment, control} == set(_numbered(table.columns))
    # with a difference in the row, the arms' own numbers are beside the point
    kept = [one for one in table.columns if not (numbered and re.search(r"\d$", one)) or one in (treatment, control)]
    names = {one: one for one in kept if one not in (treatment, control)}
    moved = _only(table, {**names, "treatment": treatment, "control": control})
    translated = translate(moved)
    renamed = {ours: theirs for ours, theirs in (("treatment", treatment), ("control", control)) if ours != theirs}
    return Layout(_with_study(translated.table), "contrasts", _told(renamed), translated)


def _arms(table: Table, treatment: str) -> Layout:
    found = _quantities(table.columns, "", {treatment})
    if not any(set(names) <= found.keys() for names in ARMS) and (split := split_cells(table)) is not None:
        return _arms(split, treatment)
    rest = {one: one for one in table.columns if one not in {treatment, *found.values()}}
    translated = translate(_only(table, rest))
    named, notes = translated.table, translated.told(("study",))
    study = named.columns.index("study") if "study" in named.columns else None
    if study is None:
        raise InputError(say("network.no-study", name=table.name))
    chosen = _chosen(table, found)
    place = {name: table.columns.index(name) for name in (treatment, *chosen.values())}
    rows, last, below = [], "", []
    for (row, cells), (_, other) in zip(table.rows, named.rows, strict=True):
        label, who = plain(other[study], LONGEST), plain(cells[place[treatment]], LONGEST)
        if not label and last:  # a name may stand only above the first arm
            label = last
            below.append(str(row))
        last = label
        rows.append((row, (label, who, *(cells[place[theirs]] for theirs in chosen.values()))))
    columns = ("study", "treatment", *chosen)
    renamed = {ours: theirs for ours, theirs in {"treatment": treatment, **chosen}.items() if ours != theirs}
    notes = [*notes, say("network.name-above", rows=some(below))] if below else notes
    return _checked(dataclasses.replace(table, columns=columns, rows=tuple(rows)), (*_told(renamed), *notes))


def _side_by_side(table: Table, numbered: list[str]) -> Layout:
    signs = [re.sub(r"\D*(\d+)$", r"\1", name) for name in numbered]
    each = [_quantities(table.columns, sign, set(numbered)) for sign in signs]
    shared = {ours for ours in each[0] if all(ours in one for one in each)}
    chosen = _chosen(table, {ours: theirs for ours, theirs in each[0].items() if ours in shared})
    consumed = {*numbered, *(theirs for one in each for theirs in one.values())}
    translated = translate(_only(table, {one: one for one in table.columns if one not in consumed}))
    named, notes = translated.table, translated.told(("study",))
    study = named.columns.index("study") if "study" in named.columns else None
    place = {name: i for i, name in enumerate(table.columns)}
    rows = []
    for (row, cells), (_, other) in zip(table.rows, named.rows, strict=True):
        label = plain(other[study], LONGEST) if study is not None else say("network.row", row=row)
        for name, quantities in zip(numbered, each, strict=True):
            who = plain(cells[place[name]], LONGEST)
            values = tuple(cells[place[quantities[ours]]] for ours in chosen)
            if _is_empty(who) and all(map(_is_empty, values)):
                continue  # a study with fewer arms
            rows.append((row, (label, "" if _is_empty(who) else who, *values)))
    told = {ours: ", ".join(one[ours] for one in each) for ours in chosen}
    notes = [*notes, *([] if study is not None else [say("network.rows-are-studies")])]
    columns = ("study", "treatment", *chosen)
    return _checked(
        dataclasses.replace(table, columns=columns, rows=tuple(rows)),
        (*_told({"treatment": ", ".join(numbered), **told}), *notes),
    )


def _is_empty(cell: str) -> bool:
    return not cell or (cell.casefold() in say("missing-short").split())


def _quantities(columns: tuple[str, ...], sign: str, taken: set[str]) -> dict[str, str]:
    """Our names of an arm's numbers by theirs; a column serves once, but for another set of columns."""
    found: dict[str, str] = {}
    for ours in _NUMBERS:
        for word in _words(f"arm.{ours}"):
            theirs = next((one for one in (f"{word}{sign}", f"{word}_{sign}") if one in columns), None)
            if theirs is not None and theirs not in taken and theirs not in _others(found, ours):
                found[ours] = theirs
                break
    return found


def _others(found: Mapping[str, str], ours: str) -> set[str]:
    shared = next((group for group in (("total", "n"), ("se", "sei"), ("mean", "yi")) if ours in group), ())
    return {theirs for name, theirs in found.items() if name not in shared}


def _chosen(table: Table, found: Mapping[str, str]) -> dict[str, str]:
    for names in ARMS:
        if set(names) <= found.keys():
            more = {"median": ("min", "max"), "mean": ("se", "ci_low", "ci_high")}.get(names[0], ())
            return {ours: found[ours] for ours in (*names, *(one for one in more if one in found)) if ours in found}
    difference = _first("difference", table.columns)
    if difference is not None:
        raise InputError(say("network.difference", name=table.name, column=difference))
    raise InputError(say("network.no-numbers", name=table.name, found=", ".join(plain(c, 20) for c in table.columns)))


def _told(renamed: Mapping[str, str]) -> tuple[str, ...]:
    pairs = ", ".join(say("network.pair", theirs=theirs, ours=ours) for ours, theirs in renamed.items())
    return (say("network.read-as", pairs=pairs),) if renamed else ()


def _only(table: Table, names: Mapping[str, str]) -> Table:
    """The columns named, under our names."""
    place = {name: i for i, name in enumerate(table.columns)}
    rows = tuple((row, tuple(cells[place[theirs]] for theirs in names.values())) for row, cells in table.rows)
    return dataclasses.replace(table, columns=tuple(names), rows=rows)


def _with_study(table: Table) -> Table:
    if "study" not in table.columns:
        raise InputError(say("network.no-study", name=table.name))
    return _named(table, ("study", "treatment", "control"))


def _checked(table: Table, notes: tuple[str, ...]) -> Layout:
    return Layout(_named(table, ("study", "treatment")), "arms", notes)


def _named(table: Table, columns: tuple[str, ...]) -> Table:
    """Every row must say which study it is of, and of which treatments."""
    place = {name: table.columns.index(name) for name in columns}
    for row, cells in table.rows:
        for name, i in place.items():
            if _is_empty(cells[i]):
                raise InputError(say("network.empty", name=table.name, row=row, column=name))
    return table
