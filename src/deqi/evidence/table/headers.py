"""Column names by their words: an arm and a quantity, or an effect with its interval or error.

Asked only where no name of ours or of a known program makes a set. Names are as `reading` makes them.
"""

from __future__ import annotations

import re
from typing import Final

_ARMS: Final = {
    "_t": frozenset(
        [
            "t",
            "tx",
            "trt",
            "treat",
            "treatment",
            "treated",
            "exp",
            "experimental",
            "intervention",
            "int",
            "active",
            "e",
            "verum",
            "test",
            "acupuncture",
            "1",
        ]
    ),
    "_c": frozenset(
        [
            "c",
            "ctl",
            "ctr",
            "ctrl",
            "con",
            "cont",
            "control",
            "controls",
            "comp",
            "comparison",
            "comparator",
            "placebo",
            "sham",
            "untreated",
            "2",
            "0",
        ]
    ),
}
_NOISE: Final = frozenset(["group", "grp", "arm", "of", "in", "the", "for", "with"])
_PEOPLE: Final = frozenset(
    [
        "n",
        "number",
        "num",
        "no",
        "nr",
        "size",
        "sample",
        "total",
        "totals",
        "patients",
        "participants",
        "subjects",
        "people",
        "randomised",
        "randomized",
    ]
)
_QUANTITIES: Final = {
    "events": "events event evt ev cases case responders deaths n_events number_events num_events no_events",
    "others": "nonevents non_events noncases non_cases nonevent others",
    "mean": "mean means avg average m",
    "sd": "sd std stdev std_dev standard_deviation sdev stddev",
    "se": "se sem stderr std_err standard_error std_error",
    "median": "median med",
    "q1": "q1 p25 lq lower_quartile",
    "q3": "q3 p75 uq upper_quartile",
    "min": "min minimum",
    "max": "max maximum",
    "time": "time person_years personyears py pyears patient_years exposure person_time persontime",
    "correlation": "correlation cor corr r",
}
_BY_WORD: Final = {word: name for name, words in _QUANTITIES.items() for word in words.split()}
_EFFECTS: Final = {
    "OR": "or odds_ratio oddsratio",
    "RR": "rr risk_ratio relative_risk riskratio",
    "HR": "hr hazard_ratio hazardratio",
    "IRR": "irr rate_ratio incidence_rate_ratio",
    "ROM": "rom ratio_means",
    "MD": "md wmd mean_difference mean_diff",
    "SMD": "smd std_mean_difference standardised_mean_difference standardized_mean_difference hedges_g g cohens_d d "
    "hedges_s_g cohen_s_d",
    "RD": "rd risk_difference",
    "GEN": "es effect estimate est effect_size effect_estimate point_estimate estimates beta b coef coefficient te yi "
    "difference diff",
}
_MEASURE: Final = {word: name for name, words in _EFFECTS.items() for word in words.split()}
_RATIOS: Final = frozenset({"OR", "RR", "HR", "IRR", "ROM"})
_ON_SCALE: Final = frozenset({"yi", "te"})
_ABOUT: Final = frozenset(
    ["ci", "cl", "conf", "confidence", "interval", "limit", "bound", "level", "95", "90", "99", "credible"]
)
_LOWER: Final = frozenset(["lower", "low", "lo", "lb", "ll", "lcl", "lci", "l", "cil", "cilb", "cilo", "llci", "min"])
_UPPER: Final = frozenset(
    ["upper", "up", "high", "hi", "ub", "ul", "ucl", "uci", "u", "ciu", "ciub", "cihi", "ulci", "max"]
)
_ERROR: Final = frozenset(["se", "sei", "sete", "stderr", "std_err", "standard_error", "std_error", "sees", "se_te"])
_VARIANCE: Final = frozenset(["vi", "v", "var", "variance"])
_P: Final = frozenset(["p", "pval", "pvalue", "p_value", "p_val"])
AUTHORS: Final = ("author", "authors", "first_author", "firstauthor", "lead_author", "author_s")
YEARS: Final = ("year", "publication_year", "pub_year", "year_of_publication", "yr", "date")
STUDIES: Final = (
    *("studlab", "slab", "study_or_subgroup", "study_id", "study_name", "study_label", "studyname", "studyid"),
    *("studies", "trial", "trial_name", "trial_id", "reference", "ref", "citation", "paper", "publication"),
    *("name", "label", "id", "unnamed"),
)

Meaning = dict[str, str]


def words_of(name: str) -> list[str]:
    """The words of a column name."""
    return re.findall(r"[a-z]+|\d+", name)


def by_words(columns: tuple[str, ...]) -> tuple[tuple[Meaning, str | None], ...]:
    """What the columns may mean (ours: theirs), with the measure that their names say; the likelier first."""
    return (_by_arms(columns), None), _by_effect(columns)


def _by_arms(columns: tuple[str, ...]) -> Meaning:
    found: Meaning = {}
    for column in columns:
        for name in _quantities(words_of(column)):
            found.setdefault(name, column)
    two = {name for name in found if name.endswith(("_t", "_c"))}
    if two:
        found = {name: theirs for name, theirs in found.items() if name in two}
    return found


def _quantities(words: list[str]) -> list[str]:
    """What a column counts or measures, with its arm; people are `total` and `n`."""
    grouped = bool({"group", "grp", "arm"} & set(words))
    arms = {
        arm
        for arm, known in _ARMS.items()
        if set(words) & known or (grouped and ("a" if arm == "_t" else "b") in words)
    }
    if len(arms) > 1:
        return []
    arm = next(iter(arms), "")
    rest = [w for w in words if w not in _NOISE and not (arm and (w in _ARMS[arm] or (grouped and w in ("a", "b"))))]
    joined = "_".join(rest)
    if joined in _BY_WORD:
        return [_BY_WORD[joined] + arm]
    if rest and set(rest) <= _PEOPLE:
        return [f"total{arm}", f"n{arm}"]
    shorter = [w for w in rest if w not in _PEOPLE]
    if len(shorter) == 1 and _BY_WORD.get(shorter[0]) == "events":
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


def _role(words: list[str]) -> tuple[str | None, str | None, bool]:
    """estimate, low, high, se, vi or p; of an estimate the measure and whether it is on the analysis scale."""
    kept = [word for word in words if word not in _ABOUT]
    about = len(kept) < len(words)
    for role, known in (("low", _LOWER), ("high", _UPPER)):
        if len([word for word in kept if word in known]) == 1 and all(
            word in known or _measure(word)[0] or word in _ERROR for word in kept
        ):
            return role, None, False
    joined = "_".join(kept)
    for role, known in (("se", _ERROR), ("vi", _VARIANCE), ("p", _P)):
        for word in sorted(known, key=len, reverse=True):
            rest = joined.removeprefix(word).strip("_")
            if joined.startswith(word) and (not rest or _measure(rest)[0]):
                return role, None, False
    named, logged = _measure(joined)
    return ("estimate", named, logged) if named and not about else (None, None, False)


def _measure(joined: str) -> tuple[str | None, bool]:
    """The measure a name says, and whether its logarithm is meant."""
    for prefix in ("log_", "ln_", "log", "ln"):
        rest = joined.removeprefix(prefix)
        if joined != rest and _MEASURE.get(rest) in _RATIOS:
            return _MEASURE[rest], True
    return _MEASURE.get(joined), joined in _ON_SCALE
