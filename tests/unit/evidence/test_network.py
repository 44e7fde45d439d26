"""The network of the trials on record: what it takes, what it says, and what it must always say with it."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from deqi.evidence.effects import Family
from deqi.evidence.network import ACUPUNCTURE, Caveat, EvidenceNetwork, evidence_network
from deqi.knowledge import Knowledge, load
from deqi.knowledge.tables.vocabulary import Condition
from metafit import pool


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def networks(knowledge: Knowledge) -> list[EvidenceNetwork]:
    families: tuple[Family, ...] = ("score", "responder")
    found = [
        evidence_network(knowledge, row.condition, family, nodes=nodes)  # type: ignore[arg-type]
        for row in knowledge.rows(Condition)
        for family in families
        for nodes in ("group", "comparator")
    ]
    return [one for one in found if one is not None]


def test_there_are_networks(networks: list[EvidenceNetwork]) -> None:
    assert {one.family for one in networks} == {"score", "responder"}


def test_no_network_speaks_to_patients_or_is_sure(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        assert Caveat.NOT_FOR_PATIENTS in one.caveats
        assert {pair.certainty.level for pair in one.comparisons} <= {"low", "very low"}
        for pair in one.comparisons:
            if pair.trials == 0:
                assert pair.certainty.level == "very low"
                assert any(reason.code == "network_indirect" for reason in pair.certainty.reasons)


def test_each_trial_counts_once_a_comparator_and_only_randomised_treatment(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        places = Counter((effect.trial.trial, effect.comparator) for effect in one.effects)
        assert set(places.values()) == {1}
        for effect in one.effects:
            assert effect.trial.randomised == "yes"
            assert effect.trial.purpose.startswith("treatment")
        assert one.rows
        assert one.source


def test_people_in_a_shared_arm_are_counted_once(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        arms = {effect.trial.trial: effect.n_acupuncture for effect in one.effects}
        node = next(node for node in one.nodes if node.treatment == ACUPUNCTURE)
        assert (node.trials, node.people) == (len(arms), sum(arms.values()))
        several = len(arms) < len(one.effects)
        assert (Caveat.SHARED_ARM in one.caveats) == several


def test_a_star_is_its_pools(networks: list[EvidenceNetwork]) -> None:
    """Without trials of several arms a comparison with acupuncture is the pool of its own trials at the shared tau2."""
    stars = [one for one in networks if Caveat.SHARED_ARM not in one.caveats]
    assert stars
    for one in stars:
        assert one.geometry.loops == 0
        assert Caveat.CONSISTENCY_UNCHECKED in one.caveats
        by_group = len({effect.group for effect in one.effects}) == len(one.nodes) - 1
        for pair in one.comparisons:
            if pair.treatment != ACUPUNCTURE or not by_group:
                continue
            own = [e for e in one.effects if pair.control in (e.group, e.comparator)]
            weights = np.array([1 / (e.vi + one.tau2) for e in own])
            mean = float(weights @ [e.yi for e in own] / weights.sum())
            assert pair.value == pytest.approx(np.exp(mean) if one.measure == "RR" else mean, rel=1e-6)
            assert pair.trials == len(own)
            assert pair.share == pytest.approx(1.0)
            assert not any(reason.code == "network_leans" for reason in pair.certainty.reasons)


def test_q_within_the_star_is_that_of_the_pools(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        if Caveat.SHARED_ARM in one.caveats or len({e.group for e in one.effects}) != len(one.nodes) - 1:
            continue
        q = 0.0
        for group in {e.group for e in one.effects}:
            own = [e for e in one.effects if e.group == group]
            q += float(pool([e.yi for e in own], [e.vi for e in own], method="FE").heterogeneity.q)
        assert one.q == pytest.approx(q)


def test_comparisons_add_up_on_the_analysis_scale(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        value = {}
        for pair in one.comparisons:
            x = np.log(pair.value) if one.measure == "RR" else pair.value
            value[pair.treatment, pair.control], value[pair.control, pair.treatment] = x, -x
            assert pair.low <= pair.value <= pair.high
        names = [node.treatment for node in one.nodes]
        for a, b, c in itertools.permutations(names, 3):
            assert value[a, b] + value[b, c] == pytest.approx(value[a, c], abs=1e-9)


def test_acupuncture_is_named_first(networks: list[EvidenceNetwork]) -> None:
    for one in networks:
        assert all(pair.control != ACUPUNCTURE for pair in one.comparisons)
        assert sum(pair.treatment == ACUPUNCTURE for pair in one.comparisons) == len(one.nodes) - 1


def test_unknown_heterogeneity_is_said(networks: list[EvidenceNetwork]) -> None:
    bare = [one for one in networks if one.q_df == 0]
    assert bare
    for one in bare:
        assert Caveat.NO_HETEROGENEITY in one.caveats
        assert one.test == "z"
        assert all(pair.prediction_low is None for pair in one.comparisons)


def test_nothing_to_compare_is_none(knowledge: Knowledge) -> None:
    assert evidence_network(knowledge, "musculoskeletal", "responder") is None
