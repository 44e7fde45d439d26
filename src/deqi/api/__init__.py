"""One door to deqi: verbs that take a typed request and give a typed result.

``report``, ``assess``, ``check_plan``, ``screen``, ``pool`` and ``network`` do the work; `deqi.api.look_up` finds what
is known, `deqi.api.read` turns bytes and files into persons, plans and tables, `deqi.api.pages` turns results into
pages, and `deqi.api.write` writes them. `deqi.api.types` names every type that goes in or comes out. The command line
and the site import nothing else of deqi.

Nothing here reads the clock: the day is part of a request.
"""

from deqi.api.library import Library
from deqi.api.requests import (
    AssessRequest,
    DemoRequest,
    NetworkRequest,
    PlanRequest,
    PoolRequest,
    ReportRequest,
    ScreenRequest,
)
from deqi.api.verbs import assess, check_plan, demo, network, pool, report, screen

__all__ = [
    "AssessRequest",
    "DemoRequest",
    "Library",
    "NetworkRequest",
    "PlanRequest",
    "PoolRequest",
    "ReportRequest",
    "ScreenRequest",
    "assess",
    "check_plan",
    "demo",
    "network",
    "pool",
    "report",
    "screen",
]
