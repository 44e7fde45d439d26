"""Every number of the reports, recomputed from the tables' rows by `arithmetic`, which shares no code with deqi."""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from typing import Any

import pytest

from deqi.knowledge import load
from deqi.report.surfaces import as_json
from tests.support import arithmetic as plain
from tests.support.reports import TOPICS, report_on

CONDITIONS = [name for name in TOPICS if report_on(name).evidence is not None]


@functools.cache
def document(topic: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_json(report_on(topic)))
    return found


def cells() -> list[tuple[str, dict[str, Any]]]:
    return [(topic, cell) for topic in CONDITIONS for cell in document(topic)["evidence"]["cells"]]


def syntheses() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{topic} v {cell['group']}, {one['measured']['name']}", one)
        for topic, cell in cells()
        for one in cell["syntheses"]
    ]


@functools.cache
def rows() -> dict[str, dict[tuple[str, ...], dict[str, str]]]:
    return {
        "value": plain.by(plain.table("outcome_values"), "value"),
        "contrast": plain.by(plain.table("outcome_contrasts"), "contrast"),
        "outcome": plain.by(plain.table("outcomes"), "outcome"),
        "arm": plain.by(plain.table("trial_arms"), "trial", "comparator"),
        "harm": plain.by(plain.table("harm_rows"), "harm"),
    }


def effect_again(effect: dict[str, Any]) -> tuple[float, float]:
    """yi and vi of one effect from the rows it names."""
    kinds = [reference.split(":") for reference in effect["rows"]]
    found = [rows()[kind][key,] for kind, key in kinds]
    outcome = rows()["outcome"][found[0]["outcome"],]
    lower = outcome["lower_is_better"] == "yes"
    if effect["family"] == "responder":
        arm = {row["arm"]: row for row in found}
        a, n1, c, n2 = (int(arm[side][what]) for side in ("acupuncture", "control") for what in ("events", "total"))
        return plain.log_rr(n1 - a, n1, n2 - c, n2) if lower else plain.log_rr(a, n1, c, n2)
    sign = 1 if lower else -1
    if kinds[0][0] == "contrast":
        row = found[0]
        numbers = [float(row[key]) for key in ("estimate", "ci_low", "ci_high")]
        arm_row = rows()["arm"][outcome["trial"], outcome["comparator"]]
        choices = [
            (row["n_acupuncture"], row["n_control"]),
            (arm_row["analysed_acupuncture"], arm_row["analysed_control"]),
            (arm_row["n_acupuncture"], arm_row["n_control"]),
        ]
        n1, n2 = next((int(one), int(two)) for one, two in choices if one and two)
        if row["measure"] == "SMD":
            return sign * numbers[0], ((numbers[2] - numbers[1]) / 2 / plain.Z) ** 2
        g, v = plain.smd_of_interval(*numbers, n1, n2)
        return sign * g, v
    arm = {row["arm"]: row for row in found}
    six = [float(arm[side][what]) for side in ("acupuncture", "control") for what in ("mean", "sd", "n")]
    g, v = plain.smd(six[0], six[1], int(six[2]), six[3], six[4], int(six[5]))
    return sign * g, v


@pytest.mark.parametrize(("name", "synthesis"), syntheses(), ids=[name for name, _ in syntheses()])
def test_effects_pools_and_people_per_hundred(name: str, synthesis: dict[str, Any]) -> None:
    again = [effect_again(effect) for effect in synthesis["effects"]]
    for effect, (yi, vi) in zip(synthesis["effects"], again, strict=True):
        assert effect["yi"] == pytest.approx(yi, abs=1e-9), effect["trial"]["trial"]
        assert effect["vi"] == pytest.approx(vi, abs=1e-9), effect["trial"]["trial"]
    ratio = synthesis["measured"]["family"] == "responder"
    estimate, benefits = synthesis["estimate"], synthesis["benefits"]
    like = ratio or len({score_of(effect) for effect in synthesis["effects"]}) == 1
    assert (estimate is None) == (len(again) < 3 or not like)
    people = [people_of(effect) for effect in synthesis["effects"]]
    assert len(benefits) == (len(again) if estimate is None else 1)
    back = math.exp if ratio else float
    if estimate is not None:
        pooled = plain.random_effects(*zip(*again, strict=True))
        predicted = ("prediction_low", "prediction_high") if len(again) >= 5 else ()
        for key in ("value", "low", "high", *predicted):
            assert estimate[key] == pytest.approx(back(pooled[key]), rel=1e-5), key
        if not predicted:
            assert estimate["prediction_low"] is None and estimate["prediction_high"] is None
        for key in ("tau2", "i2", "q", "p"):
            assert estimate[key] == pytest.approx(pooled[key], rel=1e-4, abs=1e-6), key
        assert estimate["k"] == len(again) and estimate["n"] == sum(people)
        assert sum(estimate["weights"]) == pytest.approx(100)
    for place, benefit in enumerate(benefits):
        if estimate is None:
            number = synthesis["effects"][place]
            assert benefit["people"] == people[place]
            wanted = {key: number[f"natural{end}"] for key, end in (("value", ""), ("low", "_low"), ("high", "_high"))}
        else:
            assert benefit["people"] == sum(people)
            wanted = {key: estimate[key] for key in ("value", "low", "high")}
        for key, value in wanted.items():
            assert benefit[key] == pytest.approx(value), key
        nothing = 1.0 if benefit["measure"] in ("RR", "OR") else 0.0
        assert benefit["clear"] == (not benefit["low"] <= nothing <= benefit["high"])
        people_of_100_again(benefit, synthesis)
        certainty_again(benefit)


def score_of(effect: dict[str, Any]) -> str:
    """Changes or ends, from the rows alone."""
    kind, key = effect["rows"][0].split(":")
    row = rows()[kind][key,]
    if kind == "contrast":
        return row["score"] or "not_stated"
    return {"final": "end"}.get(row["value_type"], row["value_type"])


def people_of(effect: dict[str, Any]) -> int:
    """Each person once."""
    design = plain.by(plain.table("trial_comparisons"), "trial", "comparator")
    row = design[effect["trial"]["trial"], effect["comparator"]]
    sizes = (effect["n_acupuncture"], effect["n_control"])
    if row["allocation"] == "crossover":
        return max(sizes)
    return min(sum(sizes), int(row["people"] or sum(sizes)))


def people_of_100_again(benefit: dict[str, Any], synthesis: dict[str, Any]) -> None:
    absolute = benefit["per_hundred"]
    if absolute is None:
        assert synthesis["measured"]["family"] == "score"
        return
    names = {effect["trial"]["trial"]: effect for effect in synthesis["effects"]}
    _, _, events, total = names[absolute["trial"]]["events"]
    risk = events / total
    wanted = [min(100.0, 100 * risk * benefit[key]) for key in ("value", "low", "high")]
    assert [absolute[key] for key in ("treated", "treated_low", "treated_high")] == pytest.approx(wanted)
    assert max(absolute["treated_high"], absolute["control"]) <= 100
    assert absolute["control"] == pytest.approx(100 * risk)
    assert absolute["difference"] == pytest.approx(wanted[0] - 100 * risk)
    if absolute["needed"] is not None:
        assert absolute["needed"] == pytest.approx(100 / (wanted[0] - 100 * risk))


LEVELS = ("high", "moderate", "low", "very low")


def certainty_again(benefit: dict[str, Any]) -> None:
    """The level is what its reasons take off, and never above what a cited review gave the same row."""
    level = benefit["certainty"]["level"]
    steps = sum(reason["steps"] for reason in benefit["certainty"]["reasons"])
    assert level == LEVELS[min(steps, 3)]
    rated = plain.by(plain.table("outcome_ratings"), "outcome")
    for reference in benefit["rows"]:
        kind, key = reference.split(":")
        outcome = (rows()[kind][key,]["outcome"],)
        if outcome in rated:
            assert LEVELS.index(level) >= LEVELS.index(rated[outcome]["certainty"])


@pytest.mark.parametrize(("topic", "cell"), cells(), ids=[f"{t} v {c['group']}" for t, c in cells()])
def test_directions_are_counted_from_the_table(topic: str, cell: dict[str, Any]) -> None:
    trials = plain.by(plain.table("trials"), "trial")
    conditions = {row["condition"]: row["part_of"] for row in plain.table("conditions")}
    groups = {row["comparator"]: row["group"] for row in plain.table("comparators")}
    designs = plain.by(plain.table("trial_comparisons"), "trial", "comparator")
    wanted = document(topic)["topic"]["id"]
    expected = {}
    for row in plain.table("trial_results"):
        trial, design = trials[row["trial"],], designs[row["trial"], row["comparator"]]
        group = groups[row["comparator"]]
        if design["added_to"] and group in ("drug_or_vitamin", "active_other"):
            group = "no_needling"
        if (
            group == cell["group"]
            and wanted in (trial["condition"], conditions[trial["condition"]])
            and trial["purpose"] == "treatment"
            and trial["randomised"] == "yes"
            and design["technique"] == "needle"
            and not row["report_of"]
        ):
            expected[row["trial"], row["comparator"]] = row["direction"]
    got = {(one["comparison"]["trial"]["trial"], one["comparison"]["comparator"]): one for one in cell["treatment"]}
    assert set(got) == set(expected)
    for key, one in got.items():
        assert one["claim"] == expected[key]
        if one["known"] in ("claim", "none"):
            assert one["direction"] == expected[key]
        elif one["known"] == "interval":
            assert one["direction"] == direction_again(one)
    sign = cell["sign"]
    effects = [one["direction"] for one in got.values() if one["known"] in ("interval", "size")]
    assert (sign["favour"], sign["seen"]) == (effects.count("favours_acupuncture"), len(effects))
    assert sign["not_seen"] == list(expected.values()).count("not_seen")
    if len(effects) >= 5:
        assert sign["p"] == pytest.approx(plain.sign_test(sign["favour"], sign["seen"]))
    else:
        assert sign["p"] is None


def direction_again(one: dict[str, Any]) -> str:
    """From the rows it names: the side of the difference or of the shares, and which side of the scale is better."""
    found = [rows()[kind][key,] for kind, key in (reference.split(":") for reference in one["rows"])]
    lower = rows()["outcome"][found[0]["outcome"],]["lower_is_better"] == "yes"
    if "estimate" in found[0]:
        gap = float(found[0]["estimate"]) - (0 if found[0]["measure"] in ("MD", "SMD") else 1)
    else:
        arm = {row["arm"]: row for row in found}
        value = {
            side: float(row["mean"]) if row["mean"] else int(row["events"]) / int(row["total"])
            for side, row in arm.items()
        }
        gap = value["acupuncture"] - value["control"]
    if gap == 0:
        return "no_difference"
    return "favours_acupuncture" if (gap < 0) == lower else "favours_control"


def harm_lines() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document("neuropathy")["harms"]["lines"]
    return found


def line_id(line: dict[str, Any]) -> str:
    return "|".join(line["rate"][key] for key in ("event", "per", "window", "reporter"))


@pytest.mark.parametrize("line", harm_lines(), ids=line_id)
def test_harm_rates_come_from_their_rows(line: dict[str, Any]) -> None:
    rate, course = line["rate"], line["course"]
    uses = plain.by(plain.table("harm_uses"), "harm")
    pairs = []
    for reference in rate["rows"]:
        key = (reference.removeprefix("harm:"),)
        row, use = rows()["harm"][key], uses[key]
        wider = {part["whole"] for part in plain.table("event_parts") if part["part"] == rate["event"]}
        assert use["use"] == "pool"
        assert row["event"] == rate["event"] or (row["events"] == "0" and (row["event"] in wider or wider))
        if row["events"]:
            events = float(row["events"])
        else:
            events = round((float(use["implied_low"]) + float(use["implied_high"])) / 2)
        pairs.append((events, float(row["denominator"])))
    got = (rate["rate"], rate["low"], rate["high"])
    counted = rate["per"] == "event-per-treatment"
    if rate["upper_only"]:
        total = sum(n for _, n in pairs)
        assert sum(x for x, _ in pairs) == 0 and got[:2] == (0, 0)
        assert got[2] == pytest.approx(1 - 0.05 ** (1 / total), rel=1e-6)
    elif rate["model"] == "exact":
        ((x, n),) = pairs
        assert got == pytest.approx((x / n, *(plain.exact_rate if counted else plain.exact)(x, n)), rel=1e-8)
    elif rate["model"] == "none":
        assert len(pairs) == 2 and got == (None, None, None)
    else:
        assert len(pairs) >= 3
        again = plain.mixed_model(*zip(*pairs, strict=True), binomial=not counted)
        assert got == pytest.approx((again["rate"], again["low"], again["high"]), rel=1e-3)
    if course["basis"] == "per-person":
        assert rate["per"] == "person" and rate["window"] == "course"
        assert rate["rate"] is None or course["per_100"] == pytest.approx(100 * rate["rate"])
    elif course["basis"] == "treatment-times-sessions":
        assert rate["rate"] < 1e-4 and course["per_100"] == pytest.approx(1000 * rate["rate"])
    else:
        assert rate["window"] != "course"
    for key in ("per_100", "low", "high"):
        assert course[key] is None or course[key] <= 100


def test_no_two_rows_of_a_rate_share_people() -> None:
    surveys = plain.by(plain.table("harm_surveys"), "survey")
    for line in harm_lines():
        groups = [
            surveys[count["survey"]["survey"],]["overlap_group"] or count["survey"]["survey"]
            for count in line["rate"]["counts"]
        ]
        assert len(groups) == len(set(groups)), line["rate"]["event"]


def test_every_reference_leads_to_a_row() -> None:
    from deqi.report.blocks import every_say, every_section
    from tests.support.reports import page_on

    sources = {row.source for row in report_on("neuropathy").sources}
    known = {line.key for line in report_on("neuropathy").rows} | {f"source:{one}" for one in sources}
    for section in every_section(page_on("neuropathy").sections):
        for say in every_say(section):
            missing = set(say.refs) - known
            assert not missing, f"{section.id}: {missing}"


def test_the_numbers_of_the_opening_are_those_of_the_rows() -> None:
    """The first screen, from the rows alone: nothing of the report's own reckoning is trusted."""
    from tests.support.reports import page_on

    harm = rows()["harm"]
    text = " ".join(say.text for say in page_on("neuropathy").sections[0].lead)
    for key, words in (("H001", "have a side effect"), ("H002", "treat it")):
        events, total = float(harm[key,]["events"]), float(harm[key,]["denominator"])
        low, high = plain.exact(events, total)
        each = f"about {1000 * events / total:.0f} ({1000 * low:.0f} to {1000 * high:.0f}) {words}"
        assert each in text.replace("About", "about")
    serious, asked = harm["H048",], harm["H101",]
    assert f"{serious['events']} of {int(serious['denominator']):,} courses" in text
    assert f"{asked['events']} of {int(asked['denominator']):,} patients said they had it within 3 months" in text
    zeros = [harm[key,] for key in ("H052", "H077", "H126", "H132", "H187", "H334")]
    assert {row["events"] for row in zeros} == {"0"}
    total = sum(int(row["denominator"]) for row in zeros)
    assert f"none in {total:,} treatments in {len(zeros)} counts" in text
    assert load().edition.version in page_on("neuropathy").dated


@pytest.mark.parametrize(("name", "synthesis"), syntheses(), ids=[name for name, _ in syntheses()])
def test_the_test_between_conditions(name: str, synthesis: dict[str, Any]) -> None:
    if synthesis["subgroups"] is None:
        return
    levels: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for effect in synthesis["effects"]:
        levels[effect["trial"]["condition"]].append(effect_again(effect))
    points = []
    for pairs in levels.values():
        if len(pairs) == 1:
            points.append((pairs[0][0], pairs[0][1]))
            continue
        pooled = plain.random_effects(*zip(*pairs, strict=True))
        reach = plain.stats.t.ppf(0.975, len(pairs) - 1)
        points.append((pooled["value"], ((pooled["high"] - pooled["low"]) / 2 / reach) ** 2))
    mean = sum(y / v for y, v in points) / sum(1 / v for _, v in points)
    q = sum((y - mean) ** 2 / v for y, v in points)
    assert synthesis["subgroups"]["q"] == pytest.approx(q, rel=1e-4, abs=1e-6)
    assert synthesis["subgroups"]["df"] == len(points) - 1
    assert synthesis["subgroups"]["p"] == pytest.approx(plain.stats.chi2.sf(q, len(points) - 1), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("topic", CONDITIONS)
def test_counts_in_sentences_come_from_the_tables(topic: str) -> None:
    from tests.support.reports import page_on

    text = " ".join(say.text for section in page_on(topic).sections for say in section.lead)
    conditions = {row["condition"]: row["part_of"] for row in plain.table("conditions")}
    wanted = document(topic)["topic"]["id"]
    inside = {
        row["trial"] for row in plain.table("trials") if wanted in (row["condition"], conditions[row["condition"]])
    }
    results = [row for row in plain.table("trial_results") if row["trial"] in inside and not row["report_of"]]
    trials = {row["trial"] for row in results}
    reporting = {row["trial"] for row in results if row["adverse_reported"] == "yes"}
    assert f"Of {len(trials)} trials for this, {len(reporting)} have a report" in text
    rules = [rule for rule in load().rules if rule.stage != "plan" and rule.severity != "information"]
    absolute = sum(rule.severity == "absolute" for rule in rules)
    assert f"{absolute} things rule out some or all of it. {len(rules) - absolute} more" in text
    claims = document(topic)["claims"]
    supported = sum(row["verdict"] == "supported" for row in claims)
    assert f"{supported} of {len(claims)} common claims hold" in text
    if topic == "neuropathy":
        assert len(claims) == len(plain.table("claims"))
