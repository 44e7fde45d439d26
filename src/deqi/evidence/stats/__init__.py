"""Meta-analysis as pure numbers: arrays in, frozen values out. Imports nothing else of deqi."""

from .asymmetry import (
    Asymmetry,
    TooFewStudiesError,
    TrimFill,
    egger,
    harbord,
    peters,
    trim_and_fill,
)
from .effects import Effects, EffectWarning, WarningKind
from .effects_counts import binary_effects, proportion_effects, rate_effects, single_rate_effects
from .effects_given import back_transform, harmonic_mean, interval_effects, p_value_effects, se_effects
from .effects_means import (
    change_effects,
    from_five_numbers,
    from_quartiles,
    from_range,
    hedges_factor,
    mean_effects,
    sd_from_se,
    sd_of_change,
)
from .errors import StatsInputError
from .heterogeneity import Blups, HeterogeneityIntervals, blups, heterogeneity_intervals, weights
from .pool import pool
from .regress import Predicted, Regression, predict, regress
from .results import Fit, Heterogeneity, Interval, Prediction, Status
from .sensitivity import Gosh, Influence, cumulative, gosh, influence, leave_one_out
from .subgroups import Subgroups, subgroups

__all__ = [
    "Asymmetry",
    "Blups",
    "EffectWarning",
    "Effects",
    "Fit",
    "Gosh",
    "Heterogeneity",
    "HeterogeneityIntervals",
    "Influence",
    "Interval",
    "Predicted",
    "Prediction",
    "Regression",
    "StatsInputError",
    "Status",
    "Subgroups",
    "TooFewStudiesError",
    "TrimFill",
    "WarningKind",
    "back_transform",
    "binary_effects",
    "blups",
    "change_effects",
    "cumulative",
    "egger",
    "from_five_numbers",
    "from_quartiles",
    "from_range",
    "gosh",
    "harbord",
    "harmonic_mean",
    "hedges_factor",
    "heterogeneity_intervals",
    "influence",
    "interval_effects",
    "leave_one_out",
    "mean_effects",
    "p_value_effects",
    "peters",
    "pool",
    "predict",
    "proportion_effects",
    "rate_effects",
    "regress",
    "sd_from_se",
    "sd_of_change",
    "se_effects",
    "single_rate_effects",
    "subgroups",
    "trim_and_fill",
    "weights",
]
