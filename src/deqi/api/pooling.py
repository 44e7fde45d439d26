"""Pooling anybody's table: what may be chosen, and the studies as a table that can be pooled again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.evidence.table.pooled import PooledTable

CSV_HEAD = ("study", "yi", "vi", "estimate", "low", "high", "weight", "row", "reason")
"""Columns of the studies: analysis scale, then the scale that is shown; weight in percent; why a row has no effect."""


def methods() -> tuple[str, ...]:
    """Every method, the default first."""
    from deqi.evidence.table.pooled import METHODS

    return METHODS


def models() -> tuple[str, ...]:
    """Random effects, common effect, or both side by side; the default first."""
    from deqi.evidence.table.pooled import MODELS

    return MODELS


def mixed_models() -> tuple[str, ...]:
    """The mixed models of method GLMM, the default first."""
    from deqi.evidence.table.pooled import GLMMS

    return GLMMS


def mixed_model(method: str, wanted: str) -> str:
    """The mixed model that is wanted, where the method has several; the default of any other."""
    return wanted if method == "GLMM" else mixed_models()[0]


def tests() -> tuple[str, ...]:
    """The tests and intervals that may be asked for; which is the default depends on the method."""
    from deqi.evidence.table.pooled import TESTS

    return TESTS


def checks() -> tuple[str, ...]:
    """Every further check by its name."""
    from deqi.evidence.table.also import CHECKS

    return CHECKS


def figures() -> tuple[str, ...]:
    """Every figure by the name of its option."""
    from deqi.report.pooled_figures import WIDTHS

    return tuple(WIDTHS)


def with_checks_of(figures: Iterable[str], also: Iterable[str]) -> tuple[str, ...]:
    """The further checks that were asked for, and those that figures draw."""
    from deqi.report.pooled_figures import CHECK_OF

    wanted = set(figures)
    return (*also, *(check for figure, check in CHECK_OF.items() if figure in wanted))


def measures() -> Mapping[str, str]:
    """Every measure with its name for people."""
    from deqi.evidence.table.columns import MEASURES
    from deqi.evidence.table.words import measure_words

    return {code: measure_words(code) for code in MEASURES}


def network_choices() -> Mapping[str, tuple[str, ...]]:
    """What may be chosen for a network, by the name of the option; the default first (of ``also`` there is none)."""
    from deqi.evidence.table.comparisons import COMPARING
    from deqi.evidence.table.contrasts import ALSO, NETWORK_METHODS, NETWORK_TESTS, PREDICTION_WAYS

    return {
        "measure": COMPARING,
        "method": NETWORK_METHODS,
        "test": NETWORK_TESTS,
        "prediction": PREDICTION_WAYS,
        "also": ALSO,
    }


def studies_csv(found: PooledTable) -> str:
    """The studies as a table; ``yi`` and ``vi`` can be pooled again."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for one in found.studies:
        middle, ends = (one.yi, one.ci) if one.ci_natural is None else (one.estimate_natural, one.ci_natural)
        writer.writerow((one.study, one.yi, one.vi, middle, *ends, one.weight, one.row, one.reason))
    return out.getvalue()
