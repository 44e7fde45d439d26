"""How many examples a run draws: DEQI_PROPERTY_EXAMPLES in all, shared among the properties."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("DEQI_PROPERTY_EXAMPLES", "1000"))


def share(part: float) -> settings:
    """Settings of a property that draws this part of the examples; a build repeats itself."""
    return settings(
        max_examples=max(20, round(EXAMPLES * part)),
        deadline=None,
        derandomize="DEQI_PROPERTY_EXAMPLES" not in os.environ,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    )


def of_one_seed(count: int) -> settings:
    """So many examples, always the same: they are only drawn, and judged together afterwards."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
