"""Meta-analysis as pure numbers: arrays in, frozen values out. Imports nothing else of deqi.

Names are loaded when first used, so that a caller pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .absolute import absolute_effect, number_needed, responders, smd_to_log_odds
    from .asymmetry import Asymmetry, TooFewStudiesError, TrimFill, egger, harbord, peters, trim_and_fill
    from .bayes import BayesFit, Posterior, bayes_blups, bayes_pool
    from .bayes_priors import HalfCauchy, HalfNormal, NormalPrior, TauPrior, Uniform
    from .counts_data import OneArm, TwoArms
    from .counts_exact import exact_proportion, exact_rate, rule_of_three, zero_upper
    from .counts_pool import pool_counts
    from .counts_results import CountFit
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
    from .grouping import Subgroups, subgroups
    from .heterogeneity import Blups, HeterogeneityIntervals, blups, heterogeneity_intervals, weights
    from .multilevel_fit import MultilevelFit, multilevel, sigma2_intervals, three_level
    from .multilevel_robust import RobustFit, robust
    from .multilevel_shared import arm_variance, shared_arm_covariance, smd_covariance
    from .network_consistency import DesignTest, Geometry, Split, design_test, geometry, node_split, split_evidence
    from .network_fit import NetworkFit, network, p_scores
    from .pooling import pool
    from .regression import Predicted, Regression, predict, regress
    from .results import Fit, Heterogeneity, Interval, Prediction, Status
    from .sensitivity import Gosh, Influence, cumulative, gosh, influence, leave_one_out

_HOME = {
    "absolute": ("absolute_effect", "number_needed", "responders", "smd_to_log_odds"),
    "asymmetry": ("Asymmetry", "TooFewStudiesError", "TrimFill", "egger", "harbord", "peters", "trim_and_fill"),
    "counts_data": ("OneArm", "TwoArms"),
    "counts_exact": ("exact_proportion", "exact_rate", "rule_of_three", "zero_upper"),
    "counts_pool": ("pool_counts",),
    "counts_results": ("CountFit",),
    "effects": ("EffectWarning", "Effects", "WarningKind"),
    "effects_counts": ("binary_effects", "proportion_effects", "rate_effects", "single_rate_effects"),
    "effects_given": ("back_transform", "harmonic_mean", "interval_effects", "p_value_effects", "se_effects"),
    "effects_means": (
        "change_effects",
        "from_five_numbers",
        "from_quartiles",
        "from_range",
        "hedges_factor",
        "mean_effects",
        "sd_from_se",
        "sd_of_change",
    ),
    "errors": ("StatsInputError",),
    "grouping": ("Subgroups", "subgroups"),
    "heterogeneity": ("Blups", "HeterogeneityIntervals", "blups", "heterogeneity_intervals", "weights"),
    "bayes": ("BayesFit", "Posterior", "bayes_blups", "bayes_pool"),
    "bayes_priors": ("HalfCauchy", "HalfNormal", "NormalPrior", "TauPrior", "Uniform"),
    "multilevel_fit": ("MultilevelFit", "multilevel", "sigma2_intervals", "three_level"),
    "multilevel_robust": ("RobustFit", "robust"),
    "multilevel_shared": ("arm_variance", "shared_arm_covariance", "smd_covariance"),
    "network_consistency": (
        "DesignTest",
        "Geometry",
        "Split",
        "design_test",
        "geometry",
        "node_split",
        "split_evidence",
    ),
    "network_fit": ("NetworkFit", "network", "p_scores"),
    "pooling": ("pool",),
    "regression": ("Predicted", "Regression", "predict", "regress"),
    "results": ("Fit", "Heterogeneity", "Interval", "Prediction", "Status"),
    "sensitivity": ("Gosh", "Influence", "cumulative", "gosh", "influence", "leave_one_out"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Asymmetry",
    "BayesFit",
    "Blups",
    "CountFit",
    "DesignTest",
    "EffectWarning",
    "Effects",
    "Fit",
    "Geometry",
    "Gosh",
    "HalfCauchy",
    "HalfNormal",
    "Heterogeneity",
    "HeterogeneityIntervals",
    "Influence",
    "Interval",
    "MultilevelFit",
    "NetworkFit",
    "NormalPrior",
    "OneArm",
    "Posterior",
    "Predicted",
    "Prediction",
    "Regression",
    "RobustFit",
    "Split",
    "StatsInputError",
    "Status",
    "Subgroups",
    "TauPrior",
    "TooFewStudiesError",
    "TrimFill",
    "TwoArms",
    "Uniform",
    "WarningKind",
    "absolute_effect",
    "arm_variance",
    "back_transform",
    "bayes_blups",
    "bayes_pool",
    "binary_effects",
    "blups",
    "change_effects",
    "cumulative",
    "design_test",
    "egger",
    "exact_proportion",
    "exact_rate",
    "from_five_numbers",
    "from_quartiles",
    "from_range",
    "geometry",
    "gosh",
    "harbord",
    "harmonic_mean",
    "hedges_factor",
    "heterogeneity_intervals",
    "influence",
    "interval_effects",
    "leave_one_out",
    "mean_effects",
    "multilevel",
    "network",
    "node_split",
    "number_needed",
    "p_scores",
    "p_value_effects",
    "peters",
    "pool",
    "pool_counts",
    "predict",
    "proportion_effects",
    "rate_effects",
    "regress",
    "responders",
    "robust",
    "rule_of_three",
    "sd_from_se",
    "sd_of_change",
    "se_effects",
    "shared_arm_covariance",
    "sigma2_intervals",
    "single_rate_effects",
    "smd_covariance",
    "smd_to_log_odds",
    "split_evidence",
    "subgroups",
    "three_level",
    "trim_and_fill",
    "weights",
    "zero_upper",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
