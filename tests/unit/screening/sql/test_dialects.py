"""The compiled rules keep to what every database understands."""

from __future__ import annotations

from tests.support.engines import program


def test_no_step_filters_by_a_window_at_once() -> None:
    """QUALIFY is not of the standard: what stands in for it in Spark loses the names of tables."""
    assert [step.name for step in program().steps if "QUALIFY" in step.sql.upper()] == []
