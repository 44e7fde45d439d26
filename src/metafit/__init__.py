"""Meta-analysis as pure numbers: arrays in, frozen values out. Knows nothing of deqi.

Names are loaded when first used, so that a caller pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metafit.absolute import Absolute, LogOdds, Nnt, absolute_effect, number_needed, responders, smd_to_log_odds
    from metafit.bayes.pooling import BayesFit, Posterior, bayes_blups, bayes_pool
    from metafit.bayes.priors import HalfCauchy, HalfNormal, NormalPrior, TauPrior, Uniform
    from metafit.bias.asymmetry import Asymmetry, TooFewStudiesError, TrimFill, egger, harbord, peters, trim_and_fill
    from metafit.bias.selection import PetPeese, Selection, pet_peese, selection_model
    from metafit.counts.data import OneArm, TwoArms
    from metafit.counts.exact import exact_proportion, exact_rate, rule_of_three, zero_upper
    from metafit.counts.pooling import pool_counts
    from metafit.counts.results import CountFit
    from metafit.display.summary import Block, Summary
    from metafit.effects.base import Effects, EffectWarning, WarningKind
    from metafit.effects.counts import binary_effects, proportion_effects, rate_effects, single_rate_effects
    from metafit.effects.frame import escalc
    from metafit.effects.given import back_transform, harmonic_mean, interval_effects, p_value_effects, se_effects
    from metafit.effects.means import (
        MeanSd,
        change_effects,
        from_five_numbers,
        from_quartiles,
        from_range,
        hedges_factor,
        mean_effects,
        sd_from_interval,
        sd_from_se,
        sd_of_change,
    )
    from metafit.effects.one_group import correlation_effects, one_mean_effects
    from metafit.errors import StatsInputError
    from metafit.inverse_variance.heterogeneity import (
        Blups,
        HeterogeneityIntervals,
        blups,
        heterogeneity_intervals,
        weights,
    )
    from metafit.inverse_variance.pooling import pool
    from metafit.inverse_variance.sensitivity import Gosh, Influence, cumulative, gosh, influence, leave_one_out
    from metafit.inverse_variance.subgrouping import Subgroups, subgroups
    from metafit.levels import as_fraction
    from metafit.likelihood import FitStatistics, fit_statistics
    from metafit.multilevel.fit import MultilevelFit, pool_multilevel, sigma2_intervals, three_level
    from metafit.multilevel.robust_errors import RobustFit, robust
    from metafit.multilevel.shared_arms import arm_variance, shared_arm_covariance, smd_covariance
    from metafit.multivariate.covariance import sampling_covariance
    from metafit.multivariate.fit import MultivariateFit, pool_multivariate
    from metafit.multivariate.profiles import BetweenIntervals
    from metafit.network.arms import ArmContrasts, arm_contrasts
    from metafit.network.components import ComponentFit, component_network
    from metafit.network.consistency import (
        DesignTest,
        Geometry,
        NodeSplits,
        Split,
        Splits,
        design_test,
        geometry,
        node_split,
        node_splits,
        split_evidence,
    )
    from metafit.network.fit import NetworkFit, p_scores, pool_network
    from metafit.network.league import LeagueTable, league_table
    from metafit.network.ranks import Rankogram, rankogram
    from metafit.regression.coefficients import Coefficients
    from metafit.regression.contrasts import Contrasts, Inflation, contrasts, joint_test, pairwise, vif
    from metafit.regression.fit import Predicted, Regression, predict, regress
    from metafit.regression.location_scale import LocationScale, location_scale
    from metafit.regression.moderators import Term
    from metafit.regression.permutation import PermutationTest, permutation_test
    from metafit.results import Fit, Heterogeneity, Interval, Prediction, Status, StudyData

_HOME = {
    "multivariate.covariance": ("sampling_covariance",),
    "multivariate.fit": ("MultivariateFit", "pool_multivariate"),
    "multivariate.profiles": ("BetweenIntervals",),
    "absolute": ("Absolute", "LogOdds", "Nnt", "absolute_effect", "number_needed", "responders", "smd_to_log_odds"),
    "bias.asymmetry": ("Asymmetry", "TooFewStudiesError", "TrimFill", "egger", "harbord", "peters", "trim_and_fill"),
    "bias.selection": ("PetPeese", "Selection", "pet_peese", "selection_model"),
    "counts.data": ("OneArm", "TwoArms"),
    "counts.exact": ("exact_proportion", "exact_rate", "rule_of_three", "zero_upper"),
    "counts.pooling": ("pool_counts",),
    "counts.results": ("CountFit",),
    "effects.base": ("EffectWarning", "Effects", "WarningKind"),
    "effects.counts": ("binary_effects", "proportion_effects", "rate_effects", "single_rate_effects"),
    "effects.frame": ("escalc",),
    "effects.given": ("back_transform", "harmonic_mean", "interval_effects", "p_value_effects", "se_effects"),
    "effects.means": (
        "MeanSd",
        "change_effects",
        "from_five_numbers",
        "from_quartiles",
        "from_range",
        "hedges_factor",
        "mean_effects",
        "sd_from_interval",
        "sd_from_se",
        "sd_of_change",
    ),
    "effects.one_group": ("correlation_effects", "one_mean_effects"),
    "display.summary": ("Block", "Summary"),
    "errors": ("StatsInputError",),
    "levels": ("as_fraction",),
    "likelihood": ("FitStatistics", "fit_statistics"),
    "inverse_variance.subgrouping": ("Subgroups", "subgroups"),
    "inverse_variance.heterogeneity": (
        "Blups",
        "HeterogeneityIntervals",
        "blups",
        "heterogeneity_intervals",
        "weights",
    ),
    "bayes.pooling": ("BayesFit", "Posterior", "bayes_blups", "bayes_pool"),
    "bayes.priors": ("HalfCauchy", "HalfNormal", "NormalPrior", "TauPrior", "Uniform"),
    "multilevel.fit": ("MultilevelFit", "pool_multilevel", "sigma2_intervals", "three_level"),
    "multilevel.robust_errors": ("RobustFit", "robust"),
    "multilevel.shared_arms": ("arm_variance", "shared_arm_covariance", "smd_covariance"),
    "network.consistency": (
        "DesignTest",
        "Geometry",
        "NodeSplits",
        "Split",
        "Splits",
        "design_test",
        "geometry",
        "node_split",
        "node_splits",
        "split_evidence",
    ),
    "network.arms": ("ArmContrasts", "arm_contrasts"),
    "network.components": ("ComponentFit", "component_network"),
    "network.league": ("LeagueTable", "league_table"),
    "network.ranks": ("Rankogram", "rankogram"),
    "network.fit": ("NetworkFit", "pool_network", "p_scores"),
    "inverse_variance.pooling": ("pool",),
    "regression.contrasts": ("Contrasts", "Inflation", "contrasts", "joint_test", "pairwise", "vif"),
    "regression.permutation": ("PermutationTest", "permutation_test"),
    "regression.coefficients": ("Coefficients",),
    "regression.location_scale": ("LocationScale", "location_scale"),
    "regression.moderators": ("Term",),
    "regression.fit": ("Predicted", "Regression", "predict", "regress"),
    "results": ("Fit", "Heterogeneity", "Interval", "Prediction", "Status", "StudyData"),
    "inverse_variance.sensitivity": ("Gosh", "Influence", "cumulative", "gosh", "influence", "leave_one_out"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Absolute",
    "ArmContrasts",
    "Asymmetry",
    "BayesFit",
    "BetweenIntervals",
    "Block",
    "Blups",
    "Coefficients",
    "ComponentFit",
    "Contrasts",
    "CountFit",
    "DesignTest",
    "EffectWarning",
    "Effects",
    "Fit",
    "FitStatistics",
    "Geometry",
    "Gosh",
    "HalfCauchy",
    "HalfNormal",
    "Heterogeneity",
    "HeterogeneityIntervals",
    "Inflation",
    "Influence",
    "Interval",
    "LeagueTable",
    "LocationScale",
    "LogOdds",
    "MeanSd",
    "MultilevelFit",
    "MultivariateFit",
    "NetworkFit",
    "Nnt",
    "NodeSplits",
    "NormalPrior",
    "OneArm",
    "PermutationTest",
    "PetPeese",
    "Posterior",
    "Predicted",
    "Prediction",
    "Rankogram",
    "Regression",
    "RobustFit",
    "Selection",
    "Split",
    "Splits",
    "StatsInputError",
    "Status",
    "StudyData",
    "Subgroups",
    "Summary",
    "TauPrior",
    "Term",
    "TooFewStudiesError",
    "TrimFill",
    "TwoArms",
    "Uniform",
    "WarningKind",
    "absolute_effect",
    "arm_contrasts",
    "arm_variance",
    "as_fraction",
    "back_transform",
    "bayes_blups",
    "bayes_pool",
    "binary_effects",
    "blups",
    "change_effects",
    "component_network",
    "contrasts",
    "correlation_effects",
    "cumulative",
    "design_test",
    "egger",
    "escalc",
    "exact_proportion",
    "exact_rate",
    "fit_statistics",
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
    "joint_test",
    "league_table",
    "leave_one_out",
    "location_scale",
    "mean_effects",
    "node_split",
    "node_splits",
    "number_needed",
    "one_mean_effects",
    "p_scores",
    "p_value_effects",
    "pairwise",
    "permutation_test",
    "pet_peese",
    "peters",
    "pool",
    "pool_counts",
    "pool_multilevel",
    "pool_multivariate",
    "pool_network",
    "predict",
    "proportion_effects",
    "rankogram",
    "rate_effects",
    "regress",
    "responders",
    "robust",
    "rule_of_three",
    "sampling_covariance",
    "sd_from_interval",
    "sd_from_se",
    "sd_of_change",
    "se_effects",
    "selection_model",
    "shared_arm_covariance",
    "sigma2_intervals",
    "single_rate_effects",
    "smd_covariance",
    "smd_to_log_odds",
    "split_evidence",
    "subgroups",
    "three_level",
    "trim_and_fill",
    "vif",
    "weights",
    "zero_upper",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
