"""Column names by their words: an arm and a quantity, or an effect with its interval or error.

Asked only where no name of ours or of a known program makes a set. Names are as `reading` makes them.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from deqi.evidence.table.sentences import say

_QUANTITIES: Final = (
    "events", "others", "mean", "sd", "se", "median", "q1", "q3", "min", "max", "time", "correlation", "percent",
    "proportion",
)  # fmt: skip
_EFFECTS: Final = ("OR", "RR", "HR", "IRR", "ROM", "MD", "SMD", "RD", "GEN")
_RATIOS: Final = frozenset({"OR", "RR", "HR", "IRR", "ROM"})
_ON_SCALE: Final = frozenset({"yi", "te"})

_LONGEST: Final = 300
"""Letters of a name that are looked at."""

Meaning = dict[str, str]


def words(key: str) -> tuple[str, ...]:
    """The words of a kind, in their order."""
    return tuple(say(f"header.{key}").split())


@functools.cache
def _known(key: str) -> frozenset[str]:
    return frozenset(words(key))


@functools.cache
def _named(kind: str, names: tuple[str, ...]) -> dict[str, str]:
    return {word: name for name in names for word in words(f"{kind}.{name}")}


def words_of(name: str) -> list[str]:
    """The words of a column name; a name that goes on for ever has those of its beginning."""
    name = name[:_LONGEST]
    return re.findall(r"[a-z]+|\d+", re.sub(r"(?<![\d_ ])_?%|(?<!\d)[_ ]%", " percent ", name))


def arm_words(named: list[str]) -> list[str]:
    """The words of a name that say which of two arms it is of; none where they say both or neither."""
    control = [word for word in named if word in _known("arm.c") and not word.isdigit()]
    if control:  # sham acupuncture is the control of acupuncture
        return control
    return [word for word in named if word in _known("arm.t") and not word.isdigit()]


def measure_of(column: str) -> str | None:
    """The measure whose effects a column holds by its name, as they are printed; None where it names none."""
    measure, logged = _measure("_".join(words_of(column)))
    return None if logged or measure == "GEN" else measure


def by_words(columns: tuple[str, ...]) -> tuple[tuple[Meaning, str | None], ...]:
    """What the columns may mean (ours: theirs), with the measure that their names say; the likelier first."""
    of_arms = (_by_arms(columns), None), (_by_two_labels(columns), None)
    return *of_arms, _by_effect(columns), (_by_arms_of_outcome(columns), None)


def control_beside(columns: tuple[str, ...], names: tuple[str, ...]) -> Meaning:
    """Both arms where only the control is named as one, and the numbers of the other stand under plain names."""
    found = _by_arms(columns)
    if not all(f"{name}_c" in found for name in names) or any(f"{name}_t" in found for name in names):
        return {}
    return {**{f"{name}_t": name for name in names}, **{f"{name}_c": found[f"{name}_c"] for name in names}}


def _by_arms(columns: tuple[str, ...]) -> Meaning:
    found: Meaning = {}
    for column in columns:
        # what stands in brackets is an arm, or a unit
        for name in _quantities(words_of(column)) or _quantities(words_of(re.sub(r"[(\[][^()\[\]]*[)\]]", "", column))):
            found.setdefault(name, column)
    two = {name for name in found if name.endswith(("_t", "_c"))}
    if two:
        found = {name: theirs for name, theirs in found.items() if name in two}
    return found


def _by_arms_of_outcome(columns: tuple[str, ...]) -> Meaning:
    """Columns whose names say, beside arm and number, what was measured: one column for each, or none is taken."""
    known = {*_named("quantity", _QUANTITIES), *_known("people"), *_known("noise"), *_known("arm.t"), *_known("arm.c")}
    found: dict[str, list[str]] = {}
    for column in columns:
        named = words_of(re.sub(r"[(\[][^()\[\]]*[)\]]", "", column))
        if set(named) & _known("never-passed"):
            return {}
        for name in _quantities([word for word in named if word in known]):
            found.setdefault(name, []).append(column)
    two = {name: theirs for name, theirs in found.items() if name.endswith(("_t", "_c"))}
    return {} if any(len(theirs) > 1 for theirs in two.values()) else {name: theirs[0] for name, theirs in two.items()}


def _by_two_labels(columns: tuple[str, ...]) -> Meaning:
    """Columns of two arms of which one is named like a control and the other by what it had."""
    arms: dict[str, Meaning] = {}
    quantities = _named("quantity", _QUANTITIES)
    for column in columns:
        named = [word for word in words_of(column) if word not in _known("noise")]
        ends = [(named[:i], named[i:]) for i in range(1, len(named))]
        for label, rest in (*ends, *((last, first) for first, last in ends)):
            people = set(rest) <= _known("people")
            names = ["total", "n"] if people else [quantities[key] for key in ("_".join(rest),) if key in quantities]
            if names and not {*label} & {*quantities, *_known("people")}:
                for name in names:
                    arms.setdefault(" ".join(label), {}).setdefault(name, column)
                break
    whole = {label: found for label, found in arms.items() if len(set(found.values())) > 1}
    controls = [label for label in whole if set(label.split()) & _known("arm.c")]
    if len(whole) != 2 or len(controls) != 1:
        return {}
    treated = next(label for label in whole if label != controls[0])
    pairs = (("_t", whole[treated]), ("_c", whole[controls[0]]))
    return {f"{name}{arm}": theirs for arm, found in pairs for name, theirs in found.items()}


def _quantities(named: list[str]) -> list[str]:
    """What a column counts or measures, with its arm; people are `total` and `n`."""
    grouped = bool({"group", "grp", "arm", "tx", "trt", "treatment"} & set(named)) and bool({"a", "b"} & set(named))
    arms = {
        arm
        for arm in ("_t", "_c")
        if (grouped and ("a" if arm == "_t" else "b") in named)
        or (not grouped and set(named) & _known(f"arm.{arm[1]}"))
    }
    if len(arms) > 1:
        return []
    arm = next(iter(arms), "")
    passed = _known("noise") | (_known("arm.t") if grouped else _known(f"arm.{arm[1]}") if arm else frozenset())
    rest = [word for word in named if word not in passed and not (arm and grouped and word in ("a", "b"))]
    quantities = _named("quantity", _QUANTITIES)
    percent = quantities.get(rest[-1]) == "percent" if rest else False
    if percent and len(rest) > 1:  # a count with its percentage
        rest = [word for word in rest if quantities.get(word) != "percent"]
        if set(rest) <= {"n", "no"}:
            return [f"events{arm}"]
    if "_".join(rest) in quantities:
        return [quantities["_".join(rest)] + arm]
    if rest and set(rest) <= _known("people"):
        return [f"total{arm}", f"n{arm}"]
    limits = [word for word in rest if word not in _known("about")]
    for role in ("low", "high"):
        if arm and len(limits) == 1 and limits[0] in _known(f"role.{role}"):
            return [f"ci_{role}{arm}"]
    shorter = [word for word in rest if word not in _known("people")]
    if len(shorter) == 1 and quantities.get(shorter[0]) == "events":
        return [f"events{arm}"]
    return []


def _by_effect(columns: tuple[str, ...]) -> tuple[Meaning, str | None]:
    roles: dict[str, str] = {}
    measure, on_scale = None, False
    for column in columns:
        role, named, logged = _role(words_of(column))
        if role is None or role in roles:
            continue
        roles[role] = column
        if role == "estimate":
            measure, on_scale = named, logged
    if "estimate" not in roles:
        return {}, None
    scaled = on_scale or measure not in _RATIOS
    told = None if measure == "GEN" else measure
    middle = "yi" if on_scale else "estimate"
    for needs, ours in (
        (("low", "high"), {"ci_low": "low", "ci_high": "high"}),
        (("se",), {"sei": "se"} if scaled else {}),
        (("vi",), {"vi": "vi"} if scaled else {}),
        (("p",), {"p": "p"} if not on_scale else {}),
    ):
        if ours and all(one in roles for one in needs):
            first = "yi" if needs in (("se",), ("vi",)) else middle
            return {first: roles["estimate"], **{name: roles[role] for name, role in ours.items()}}, told
    return {}, None


def _role(named: list[str]) -> tuple[str | None, str | None, bool]:
    """estimate, low, high, se, vi or p; of an estimate the measure and whether it is on the analysis scale."""
    kept = [word for word in named if word not in _known("about")]
    about = len(kept) < len(named)
    for role in ("low", "high"):
        known = _known(f"role.{role}")
        if len([word for word in kept if word in known]) == 1 and all(
            word in known or _measure(word)[0] or word in _known("role.se") for word in kept
        ):
            return role, None, False
    joined = "_".join(kept)
    for role in ("se", "vi", "p"):
        for word in sorted(_known(f"role.{role}"), key=len, reverse=True):
            rest = joined.removeprefix(word).strip("_")
            if joined.startswith(word) and (not rest or _measure(rest)[0]):
                return role, None, False
            if joined.endswith(f"_{word}") and _measure(joined.removesuffix(f"_{word}"))[0]:
                return role, None, False
    measure, logged = _measure(joined)
    return ("estimate", measure, logged) if measure and not about else (None, None, False)


def _measure(joined: str) -> tuple[str | None, bool]:
    """The measure a name says, and whether its logarithm is meant."""
    measures = _named("effect", _EFFECTS)
    for prefix in ("log_", "ln_", "log", "ln"):
        rest = joined.removeprefix(prefix)
        if joined != rest and measures.get(rest) in _RATIOS:
            return measures[rest], True
    return measures.get(joined), joined in _ON_SCALE
