"""The compiled rules say of every person what the reference evaluator says."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.engines import AS_OF, disagreements, engine
from tests.support.population import PopulationGenerator

PEOPLE = 200


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_on_generated_populations(seed: int) -> None:
    people = PopulationGenerator(engine().catalog, AS_OF, seed).people(PEOPLE)
    wrong = disagreements(people)
    assert not wrong, f"{len(wrong)} disagreements, the first: {wrong[0]}"
