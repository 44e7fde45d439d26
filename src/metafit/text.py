"""Every sentence and heading that is printed, by key: one place to read them, and to put them in other words."""

from __future__ import annotations

from typing import Final

MEASURES: Final = {
    "RR": "risk ratio",
    "OR": "odds ratio",
    "PETO": "odds ratio (Peto)",
    "HR": "hazard ratio",
    "IRR": "rate ratio",
    "ROM": "ratio of means",
    "CVR": "ratio of coefficients of variation",
    "VR": "ratio of standard deviations",
    "RD": "risk difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "SMDH": "standardised mean difference",
    "IRD": "rate difference",
    "MN": "mean",
    "MNLN": "mean",
    "PR": "proportion",
    "PLN": "proportion",
    "PLO": "proportion",
    "PAS": "proportion",
    "PFT": "proportion",
    "IR": "rate",
    "IRLN": "rate",
    "IRS": "rate",
    "IRFT": "rate",
    "COR": "correlation",
    "ZCOR": "correlation",
    "MC": "mean change",
    "SMCC": "standardised mean change",
    "SMCR": "standardised mean change",
}
"""What a measure is called."""

TEXTS: Final = {
    "assumption.none": "the effect is the same at this baseline risk",
    "assumption.normal": "scores are normally distributed with the same spread in both groups",
    "assumption.logistic": "scores follow a logistic distribution with the same spread in both groups",
    "assumption.group-baseline": (
        "scores are normally distributed with the same spread in both groups, and everyone started at the mean"
    ),
    "warning.zero-cells-adjusted": "a constant was added because a cell is zero",
    "warning.no-events": "neither arm has an event: the row says little about a ratio",
    "warning.sd-looks-like-se": "the standard deviation looks like a standard error",
    "warning.large-smd": "a standardised difference this large is seldom real",
    "warning.arms-differ": "one arm's standard deviation is many times the other's",
    "warning.no-spread": (
        "a standard deviation of 0 or an interval without width: nobody differed, or it was not reported"
    ),
    "warning.interval-not-centred": "the estimate is not in the middle of its interval: perhaps another scale",
    "warning.not-whole": "a count that is not whole: a proportion, or a separator of thousands?",
    "warning.impossible": "these numbers cannot occur together: no effect was computed",
    "influence": "Influence of single studies",
    "asymmetry.note": "Asymmetry has many causes; studies that were never published are one.",
    "moderators": "test of the moderators",
    "together": "all together",
    "contrasts": "Contrasts of a meta-regression (test: {test})",
    "inflation": "How much related moderators inflate variance and standard error",
    "trim-and-fill": "Trim and fill ({estimator}): {missing} missing on the {side} (SE {se})",
    "bayes": "Bayesian pool (k = {k}; prior of tau: {prior})",
    "bayes.below": "probability of mu below {null}",
    "selection.against": "against no selection",
    "selection.weights": "how likely a study appears",
    "robust": "Cluster-robust errors ({kind}; {clusters} clusters)",
    "selection": "Step selection model (k = {k}; ML)",
    "status.single-study": "One study: this is the study, not a pool.",
    "status.no-studies": "There is no study.",
    "status.not-estimable": "The model has no finite answer for these numbers.",
    "status.bad-input": "A study has a number that cannot be.",
    "status.zero-variance": "A study has a variance of 0: it would take all the weight.",
    "status.not-converged": "The fit did not converge.",
    "status.no-standard-error": (
        "The effects are identical, so Knapp-Hartung has no standard error; use adhoc, t or z."
    ),
    "scales": ", analysis scale, and the natural scale to the right",
    "p-of-ratio": "p of likelihood ratio",
    "few-for-prediction": "With {k} studies the prediction interval rests on very little: do not lean on it.",
    "bubble": "{k} studies; the line runs from {low} at {left} to {high} at {right}.",
    "gosh": "{k} subsets; pooled effects from {low} to {high}, median {median}.",
    "network.said": "{k} treatments; studies comparing {pairs}.",
    "network": "Network of treatments",
    "funnel.contours": "shaded: p above {p}, the darkest first",
    "funnel": (
        "{k} studies by effect and standard error around {centre}; {inside} "
        "lie inside the region expected from chance at {level} %."
    ),
}


def say(key: str, **fields: object) -> str:
    """The words of a key, its braces filled in."""
    return TEXTS[key].format(**fields)
