"""Additive components against R: generalised least squares, `rma.mv` on the components, and netmeta's printed figures.

The JSON is asked again by `make golden`. The figures of netmeta 3.2-0 (R 4.2.2) stand beside their calls below.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit import ComponentFit, component_network, pool_network
from tests.golden.live_r import differences, noise

GOLDEN = Path(__file__).parent
DOCS = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}
Numbers = dict[str, Any]


def fitted(doc: Numbers, method: str, inactive: str | None) -> ComponentFit:
    data, names = doc["data"], doc["names"]
    treated, control = ([names[int(t) - 1] for t in data[column]] for column in ("t1", "t2"))
    fit = pool_network(data["id"], treated, control, data["yi"], data["vi"], method=method, measure="OR")  # type: ignore[arg-type]
    return component_network(fit, inactive=inactive)


def _ours(doc: Numbers, options: Numbers) -> Numbers:
    fit = fitted(doc, options["method"], options["inactive"])
    assert fit.treatments == tuple(doc["names"][int(t) - 1] for t in sorted({*doc["data"]["t1"], *doc["data"]["t2"]}))
    against = fit.treatments.index("Placebo")
    return {
        "estimate": fit.estimate, "se": fit.se, "tau2": fit.tau2,
        "q": fit.additive.q, "q_df": fit.additive.df, "q_p": fit.additive.p,
        "standard": [fit.standard.q, fit.standard.df],
        "difference": [fit.difference.q, fit.difference.df, fit.difference.p],
        "against": fit.pairs[:, against], "against_se": fit.pairs_se[:, against],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("doc", "call"),
    [
        pytest.param(doc, call, id=f"{stem}-{call['ours']['method']}-{call['ours']['inactive']}")
        for stem, doc in DOCS.items()
        for call in doc["calls"]
    ],
)
def test_equals_r(doc: Numbers, call: Numbers) -> None:
    ours = _ours(doc, call["ours"])
    assert call["want"]
    for name, want in call["want"].items():
        value = np.ravel(np.asarray(ours[name], dtype=float))
        found = [None if np.isnan(x) else float(x) for x in value]
        off = differences(want, found[0] if len(found) == 1 else found, noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {found} but R has {want}"


#: Against netmeta, which takes the mean over all contrasts of a trial with several arms where we take those with its
#: first: they differ by what was rounded when the data were written down.
ROUNDED = 1e-6
_WHOLE = "netcomb(netmeta(lnOR, selnOR, treat1, treat2, id, data = dat.linde2016, sm = 'OR'), inactive = 'Placebo')"
_PARTS = "discomb(lnOR, selnOR, treat1, treat2, id, data = two_parts, sm = 'OR', inactive = 'Placebo')"


@pytest.mark.parametrize(
    ("stem", "call", "component", "estimate", "se"),
    [
        ("linde2016", _WHOLE, "Face-to-face CBT", 0.8375008101856142, 0.2404552019699628),
        ("linde2016", _WHOLE, "SSRI", 0.5256705028794724, 0.0771846399077227),
        ("linde2016", _WHOLE, "UC", 0.2172150546826939, 0.2036767711368826),
        ("linde2016_two_parts", _PARTS, "Face-to-face CBT", 2.8903719999999, 0.9306109955117),
        ("linde2016_two_parts", _PARTS, "SSRI", 0.5112454412950, 0.0855877319712),
        ("linde2016_two_parts", _PARTS, "UC", 2.3306365212021, 0.9432718875989),
    ],
)
def test_equals_netmeta(stem: str, call: str, component: str, estimate: float, se: float) -> None:
    """Random effects: Comp.random and seComp.random, tau2 by DerSimonian and Laird."""
    fit = fitted(DOCS[stem], "DL", "Placebo")
    place = fit.components.index(component)
    assert fit.estimate[place] == pytest.approx(estimate, rel=ROUNDED), call
    assert fit.se[place] == pytest.approx(se, rel=ROUNDED), call


def test_heterogeneity_equals_netmeta() -> None:
    whole, parts = fitted(DOCS["linde2016"], "DL", "Placebo"), fitted(DOCS["linde2016_two_parts"], "DL", "Placebo")
    # tau^2, Q.additive, Q.standard, Q.diff and pval.Q.diff of the first call; tau^2 and Q.additive of the second
    got = [whole.tau2, whole.additive.q, whole.standard.q, whole.difference.q, whole.difference.p]
    want = [0.0207614887512286, 109.11897797161980, 102.4475260908029952, 6.6714518808168037, 0.0831406442558958]
    assert got == pytest.approx(want, rel=ROUNDED)
    assert [parts.tau2, parts.additive.q] == pytest.approx([0.0160376468513, 89.9416630756877], rel=ROUNDED)
    assert (parts.additive.df, parts.difference.df, parts.difference.p) == (77, 0, 1.0)
    assert len(parts.treatments) == 18 and np.isfinite(parts.pairs).all()


def test_what_the_trials_cannot_tell_is_not_told() -> None:
    """Without the trials that join them, psychological components are known against each other alone."""
    fit = fitted(DOCS["linde2016_unbridged"], "DL", "Placebo")
    known = dict(zip(fit.components, np.isfinite(fit.estimate), strict=True))
    assert known["SSRI"] and not known["UC"] and "cannot tell these components from others" in str(fit)
    care, talk, pill = (fit.treatments.index(one) for one in ("UC", "Remote CBT", "SSRI"))
    assert np.isfinite(fit.pairs[care, talk]) and np.isnan(fit.pairs[care, pill])
