"""From results to summaries: which module words which kind of result, and the words of a pool."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from metafit.display.batches import batch_rows
from metafit.display.columns import Rows
from metafit.display.frames import reasons
from metafit.display.natural import WORDS, analysis_scale, natural, pooled_size
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.inverse_variance.tau2 import FIXED
from metafit.results import Fit, Heterogeneity, Status
from metafit.text import say

FEW_FOR_PREDICTION = 5
STATUS_WORDS = {
    Status.SINGLE_STUDY: say("status.single-study"),
    Status.NO_STUDIES: say("status.no-studies"),
    Status.NOT_ESTIMABLE: say("status.not-estimable"),
    Status.BAD_INPUT: say("status.bad-input"),
    Status.ZERO_VARIANCE: say("status.zero-variance"),
    Status.NOT_CONVERGED: say("status.not-converged"),
    Status.NO_STANDARD_ERROR: say("status.no-standard-error"),
}


class _Words(NamedTuple):
    """Where a result's words are: a module of this folder, its function for the summary, and that for the table."""

    module: str
    summary: str
    rows: str = ""


_WORDS = {
    "Fit": _Words("summaries", "fit_summary", "batch_rows"),
    "CountFit": _Words("summaries", "fit_summary", "batch_rows"),
    "Regression": _Words("others", "regression", "regression_rows"),
    "Contrasts": _Words("moderated", "contrasts", "contrasts_rows"),
    "Inflation": _Words("moderated", "inflation", "inflation_rows"),
    "Coefficients": _Words("moderated", "coefficients", "coefficients_rows"),
    "MultivariateFit": _Words("moderated", "multivariate", "multivariate_rows"),
    "BetweenIntervals": _Words("moderated", "between_intervals", "between_intervals_rows"),
    "LocationScale": _Words("moderated", "location_scale", "location_scale_rows"),
    "PermutationTest": _Words("moderated", "permutation", "permutation_rows"),
    "Predicted": _Words("others", "predicted", "predicted_rows"),
    "Subgroups": _Words("others", "subgroups", "subgroups_rows"),
    "Influence": _Words("others", "influence", "influence_rows"),
    "Blups": _Words("others", "blups", "blups_rows"),
    "Effects": _Words("others", "effects", "effects_rows"),
    "StudyData": _Words("others", "studies", "studies_rows"),
    "Gosh": _Words("others", "gosh", "gosh_rows"),
    "MultilevelFit": _Words("multilevel", "multilevel", "multilevel_rows"),
    "RobustFit": _Words("multilevel", "robust", "robust_rows"),
    "BayesFit": _Words("bayesian", "bayes", "bayes_rows"),
    "Posterior": _Words("bayesian", "posterior", "posterior_rows"),
    "NetworkFit": _Words("treatments", "network", "network_rows"),
    "Split": _Words("treatments", "split", "split_rows"),
    "Splits": _Words("treatments", "splits", "splits_rows"),
    "NodeSplits": _Words("treatments", "node_splits", "node_splits_rows"),
    "DesignTest": _Words("treatments", "designs", "designs_rows"),
    "Geometry": _Words("treatments", "shape", "shape_rows"),
    "QTest": _Words("treatments", "q_test"),
    "ArmContrasts": _Words("networks", "contrasts", "contrasts_rows"),
    "LeagueTable": _Words("networks", "league", "league_rows"),
    "Rankogram": _Words("networks", "ranks", "ranks_rows"),
    "ComponentFit": _Words("networks", "components", "components_rows"),
    "PetPeese": _Words("selected", "pet_peese", "pet_peese_rows"),
    "Selection": _Words("selected", "selection", "selection_rows"),
    "Asymmetry": _Words("selected", "asymmetry", "asymmetry_rows"),
    "TrimFill": _Words("selected", "trim_fill", "trim_fill_rows"),
    "Absolute": _Words("people", "absolute", "absolute_rows"),
    "Nnt": _Words("people", "needed", "needed_rows"),
    "Interval": _Words("values", "ends", "ends_rows"),
    "Prediction": _Words("values", "ends", "ends_rows"),
    "HeterogeneityIntervals": _Words("values", "heterogeneity_intervals", "heterogeneity_intervals_rows"),
    "Heterogeneity": _Words("values", "heterogeneity", "heterogeneity_rows"),
    "Association": _Words("values", "association", "association_rows"),
    "EffectWarning": _Words("values", "warning"),
    "FitStatistics": _Words("values", "fit_statistics", "fit_statistics_rows"),
    "HalfNormal": _Words("values", "prior"),
    "HalfCauchy": _Words("values", "prior"),
    "Uniform": _Words("values", "prior"),
    "NormalPrior": _Words("values", "prior"),
}


def _called(result: Any, function: str) -> Any:
    words = _WORDS[type(result).__name__]
    return getattr(import_module(f"metafit.display.{words.module}"), function)(result)


def summarise(result: Any) -> Summary:
    """The summary of any result of this package; of a kind that has no words of its own, its fields one by one."""
    from metafit.display.values import field_by_field

    words = _WORDS.get(type(result).__name__)
    found: Summary = field_by_field(result) if words is None else _called(result, words.summary)
    return found


def rows(result: Any) -> Rows | None:
    """The table of a result, where it has one."""
    words = _WORDS.get(type(result).__name__)
    return None if words is None or not words.rows else _called(result, words.rows)


def noted(status: object) -> tuple[str, ...]:
    """What a status says, in words; nothing where all is well."""
    known = Status(int(status))  # type: ignore[call-overload]  # a NumPy integer
    return () if known == Status.OK else (STATUS_WORDS[known],)


def model_title(fit: Any) -> str:
    """Which model, of how many studies, estimated and tested how."""
    counted = getattr(fit, "nagq", None)
    told = say("method.MH") if fit.method == "MH" else say("method.PETO") if fit.method == "PETO" else ""
    model = say("model.common") if fit.method in (*FIXED, "MH", "PETO") else say("model.random")
    if counted is not None and not told:
        model, told = say("model.counts"), fit.model
    parts = [told] if told else []
    if np.ndim(fit.k) == 0:
        parts.append(f"k = {int(fit.k)}")
    if fit.method not in (*FIXED, "MH", "PETO"):
        parts.append(say("title.tau2", method=fit.method))
    if counted:
        parts.append(say("title.nagq", count=counted))
    return f"{model} ({'; '.join([*parts, say('title.test', test=fit.test)])})"


def statistic_name(test: str) -> str:
    """z or t."""
    return "z" if test == "z" else "t"


def scale_heading(measure: str, moved: bool | None = None) -> str:
    """What the numbers of a table are: the analysis scale, and what stands to the right of it (None: if it moves)."""
    if measure not in WORDS:
        return say("effect")
    if moved is False or (moved is None and natural(measure, 0.0) is None):
        return f"{analysis_scale(measure)} ({measure})"
    return say("scales", analysis=analysis_scale(measure), measure=measure, natural=WORDS[measure])


def fit_summary(fit: Fit) -> Summary:
    """A pool, or a batch of them."""
    if np.ndim(fit.estimate) > 0:
        return _batch(fit)
    notes = list(noted(fit.status))
    size = pooled_size(fit.studies)
    ends = [fit.estimate, fit.ci_low, fit.ci_high, fit.prediction.low, fit.prediction.high]
    moved = natural(fit.measure, ends, size)
    level = percent(fit.level)
    columns = ["", "estimate", "se", statistic_name(fit.test), "p", say("interval-of", level=level)]
    rows = [["pooled", *map(number, (fit.estimate, fit.se, fit.statistic)), p_value(fit.p), span(ends[1], ends[2])]]
    predicted = bool(np.isfinite(fit.prediction.low))
    if predicted:
        rows.append([say("new-study"), "", "", "", "", span(ends[3], ends[4])])
        if int(fit.k) < FEW_FOR_PREDICTION:
            notes.append(say("few-for-prediction", k=int(fit.k)))
    if moved is not None:
        columns += [WORDS[fit.measure], say("interval-of", level=level)]
        rows[0] += [number(moved[0]), span(moved[1], moved[2])]
        if predicted:
            rows[1] += ["", span(moved[3], moved[4])]
    blocks = [Block(scale_heading(fit.measure, moved is not None), tuple(columns), tuple(map(tuple, rows)))]
    if int(fit.k) > 1:
        blocks.append(heterogeneity_block(fit.heterogeneity, fit.method not in (*FIXED, "MH", "PETO")))
    counted = _counted(fit)
    shown = ends if moved is None else moved
    brief = say(
        "brief.common" if fit.method in FIXED else "brief.fit",
        what=WORDS.get(fit.measure, say("effect")) if moved is not None else analysis_scale(fit.measure),
        estimate=number(shown[0]),
        interval=span(shown[1], shown[2]),
        k=int(fit.k),
        p=p_value(fit.p),
        tau2=number(fit.heterogeneity.tau2),
    )
    return Summary(model_title(fit), (*blocks, *counted), (*_left_out(fit), *notes), brief)


def _left_out(fit: Fit) -> tuple[str, ...]:
    """Which studies have no part in a pool, and why."""
    if fit.studies is None:
        return ()
    told: dict[str, list[str]] = {}
    for i, reason in enumerate(reasons(fit.studies)):
        if reason:
            told.setdefault(reason, []).append(fit.studies.name(i))
    return tuple(
        say("left-out", names=", ".join([*names[:10], *_more(len(names) - 10)]), reason=reason)
        for reason, names in told.items()
    )


def _more(count: int) -> tuple[str, ...]:
    return (say("more", count=count),) if count > 0 else ()


def _counted(fit: Fit) -> tuple[Block, ...]:
    """What only a pool of counts has: tests of association and homogeneity, and the likelihood."""
    rows = []
    for key in ("association", "tarone"):
        test = getattr(fit, key, None)
        if test is not None and np.isfinite(test.statistic):
            rows.append((say(f"test.{key}"), number(test.statistic), p_value(test.p)))
    blocks = [Block(say("tests"), ("", "chi2", "p"), tuple(rows))] if rows else []
    loglik = getattr(fit, "loglik", np.nan)
    if np.isfinite(loglik):
        sigma2 = fit.sigma2  # type: ignore[attr-defined]  # a CountFit
        more = ((say("sigma2.levels"), number(sigma2)),) if np.isfinite(sigma2) else ()
        blocks.append(Block("", ("", "value"), ((say("log-likelihood"), number(loglik)), *more)))
    return tuple(blocks)


def heterogeneity_block(h: Heterogeneity, random: bool, heading: str = "") -> Block:
    """tau2, tau, I2, H2 and Q."""
    rows = []
    if random:
        rows += [("tau2", number(h.tau2)), ("se(tau2)", number(h.se_tau2)), ("tau", number(np.sqrt(h.tau2)))]
    rows += [("I2 %", number(h.i2, 2)), ("H2", number(h.h2, 2))]
    rows += [(f"Q({int(h.q_df)})", number(h.q)), (say("p-of-q"), p_value(h.q_p))]
    if h.lrt is not None and h.lrt_p is not None:
        rows += [(say("likelihood-ratio"), number(h.lrt)), (say("p-of-ratio"), p_value(h.lrt_p))]
    return Block(heading or say("heterogeneity"), ("", "value"), tuple(rows))


def _batch(fit: Fit) -> Summary:
    title = say("batch", count=np.size(fit.estimate), what=model_title(fit))
    return batch_rows(fit).summary(
        title, scale_heading(fit.measure, True if fit.sizes is not None else None), line=title
    )
