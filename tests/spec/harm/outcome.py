"""What deqi says of each published case of harm, and the page that tells it.

A case is prevented when a needling is left out or the person is held up, warned when either is at least asked about,
in both only if the mechanism is named by its hazard class or by a rule that is about it. A bare "depth not given" names
nothing and is a miss.
"""

import dataclasses
import functools
import json
import re
from pathlib import Path
from typing import Any

from tests.spec.surface import all_answered, assess, place_of

CASES = Path(__file__).with_name("published.jsonl")
PAGE = Path(__file__).parents[3] / "docs" / "harm-cases.md"

RANK = ("missed", "line", "warned", "prevented")
WARNS = frozenset({"ask", "change", "omit"})
HOLDS_UP = frozenset({"not-a-candidate", "sign-off"})


@dataclasses.dataclass(frozen=True)
class Mechanism:
    """How a mechanism is named: classes of the table ``hazard_kinds``, rules that are about it."""

    hazards: frozenset[str]
    rules: frozenset[str]


def _by(hazards: str, rules: str = "") -> Mechanism:
    return Mechanism(frozenset(hazards.split()), frozenset(rules.split()))


MECHANISMS = {
    "lung": _by(
        "pneumothorax", "thorax-depth thorax-bilateral thorax-bilateral-within-cap thin-thorax lung-hyperinflation"
    ),
    "heart": _by("heart", "sternum"),
    "cord": _by("cns", "suboccipital paraspinal-anticoag spinal-antiplatelet laminectomy-or-spinal-device"),
    "vessel": _by("vessel", "neck-vessels aneurysm-near-site"),
    "nerve": _by("nerve", "nerve-strike"),
    "kidney": _by("kidney", "kidney"),
    "abdomen": _by("peritoneum organ bladder", "abdomen-depth abdomen-organ-or-stoma"),
    "eye": _by("eye", "orbit high-myopia-or-eye-injection"),
    "bleed": _by("bleeding", "anticoagulant-any anticoag-deep-points anticoagulant-plus-antiplatelet"),
    "burn": _by("burn", "moxa-insensate insensate-limb-heat-current scarring-moxibustion"),
    "device": _by("device", "pacemaker-ea icd-ea other-implants-ea implant-not-identified"),
    "infection": _by(
        "infection",
        "valve-indwelling prosthetic-joint recent-surgery immunosuppressed joint-penetration joint-penetration-barred"
        " needle-single-use indwelling-numb-or-diabetes poor-glucose-control rheumatoid-arthritis diabetes-bleed",
    ),
    "skin": _by("", "metal-allergy needle-material"),
    "faint": _by(
        "faint", "fainting-risk first-session first-session-dose epilepsy-controlled epilepsy-uncontrolled-ea"
    ),
    "delay": _by("", "acute-emergency emergency-today fever-unexplained fever-low-defences practitioner-licence"),
    "broken": _by("", "needle-count"),
}

# The one case whose mechanism is a sentence on the page and no rule: every medicine goes on, insulin by its name.
MEDICINES_GO_ON = {
    "H80": re.compile(
        r"(?i)insulin[^.]*\b(?:goes on|go on|keep taking|continue)|"
        r"\b(?:goes on|go on|keep taking|continue)[^.]*insulin"
    )
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was said of one case."""

    verdict: str
    candidacy: str
    needlings: tuple[tuple[str, str], ...]


@functools.cache
def cases() -> tuple[dict[str, Any], ...]:
    """The encoded cases, in the order of the file."""
    return tuple(json.loads(line) for line in CASES.read_text("utf-8").splitlines())


@functools.cache
def outcome(case_id: str) -> Outcome:
    """Assess what was known before; every question not told is answered so that nothing is of concern."""
    case = next(one for one in cases() if one["id"] == case_id)
    answers = all_answered(case["answers"])
    ran = assess(case["person"], case["plan"], answers, "--json")
    if ran.code:
        raise AssertionError(f"{case_id}: {ran.err}")
    said = ran.json
    verdict = _verdict(said, MECHANISMS[case["mechanism"]])
    pattern = MEDICINES_GO_ON.get(case_id)
    if verdict == "missed" and pattern and pattern.search(" ".join(_page(case, answers).split())):
        verdict = "line"
    needlings = tuple(
        (f"{place_of(meant)} {meant.get('side') or ''}".strip(), one["status"])
        for meant, one in zip(case["plan"]["needlings"], said["plan"], strict=True)
    )
    return Outcome(verdict, said["candidacy"], needlings)


def _page(case: dict[str, Any], answers: dict[str, Any]) -> str:
    return assess(case["person"], case["plan"], answers).out


def _verdict(said: dict[str, Any], mechanism: Mechanism) -> str:
    fired = {finding["rule"] for finding in said["findings"]} & mechanism.rules
    naming = [
        one["status"]
        for one in said["plan"]
        if mechanism.hazards & set(one.get("hazards", ())) or mechanism.rules & set(one["findings"])
    ]
    if "omit" in naming or (fired and said["candidacy"] in HOLDS_UP):
        return "prevented"
    if WARNS & set(naming) or (fired and said["candidacy"] == "ask-first"):
        return "warned"
    return "line" if fired or naming else "missed"


def page() -> str:
    """``docs/harm-cases.md``."""
    preventable = [case for case in cases() if case["preventable"]]
    before = _count(case["before"]["verdict"] for case in preventable)
    after = _count(outcome(case["id"]).verdict for case in preventable)
    lines = [
        "# Published cases of harm",
        "",
        "What deqi says of published injuries, told only what was known before the needle. *Before* is what it said on",
        "2026-11-29, read by hand; *now* is what it says today, by rule: prevented or warned only where the mechanism",
        "is named. Published cases are the worst ones and give no rates. Most reports were read as abstracts. The",
        "cases, and what had to be assumed in each, are in `tests/spec/harm`.",
        "",
        f"Of {len(preventable)} that could have been prevented, before: {before}. Now: {after}.",
        "",
        "| case | what happened | mechanism | before | now | needlings now |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for case in cases():
        told = outcome(case["id"])
        now = told.verdict if case["preventable"] else "not preventable"
        needlings = ", ".join(f"{place} {status}" for place, status in told.needlings)
        lines.append(
            f"| {case['id']} | {case['happened']} | {case['mechanism']} | {case['before']['verdict']} | {now} |"
            f" {told.candidacy}; {needlings} |"
        )
    lines += ["", "## Sources", ""]
    lines += [f"- {case['id']}: {case['citation']}." for case in cases()]
    return "\n".join(lines) + "\n"


def _count(verdicts: Any) -> str:
    found = list(verdicts)
    return ", ".join(f"{found.count(verdict)} {verdict}" for verdict in reversed(RANK) if verdict in found)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
