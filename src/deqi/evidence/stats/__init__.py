"""Meta-analysis as pure numbers: arrays in, frozen values out. Imports nothing else of deqi."""

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
from .pool import pool
from .results import Fit, Heterogeneity, Interval, Prediction, Status

__all__ = [
    "EffectWarning",
    "Effects",
    "Fit",
    "Heterogeneity",
    "Interval",
    "Prediction",
    "StatsInputError",
    "Status",
    "WarningKind",
    "back_transform",
    "binary_effects",
    "change_effects",
    "from_five_numbers",
    "from_quartiles",
    "from_range",
    "harmonic_mean",
    "hedges_factor",
    "interval_effects",
    "mean_effects",
    "p_value_effects",
    "pool",
    "proportion_effects",
    "rate_effects",
    "sd_from_se",
    "sd_of_change",
    "se_effects",
    "single_rate_effects",
]
