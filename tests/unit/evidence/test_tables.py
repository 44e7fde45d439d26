"""The evidence tables keep their contract: vocabularies, references, and the rules that protect a pool."""

import collections
import re

import pytest

from tests.support.evidence_tables import DATA, keyed, table

KEYS = {
    "trials": "trial",
    "outcomes": "outcome",
    "outcome_values": "value",
    "outcome_contrasts": "contrast",
    "published_pools": "pool",
    "published_pool_notes": "pool",
    "indications": "indication",
    "indication_details": "indication",
    "harm_surveys": "survey",
    "harm_rows": "harm",
    "harm_uses": "harm",
    "harm_modifiers": "modifier",
    "published_harm_pools": "pool",
    "published_harm_pool_notes": "pool",
    "search_log": "entry",
    "excluded": "entry",
}
TABLES = (*KEYS, "trial_arms", "trial_results")
PROVENANCE = ["source", "verified", "basis", "authored_by", "checked_by", "reviewed_on", "review_by"]


def words(text: str) -> set[str]:
    return set(text.split())


COMPARATORS = words(
    "sham usual_care waitlist no_treatment drug vitamin sham_plus_vitamin placebo_capsule placebo_laser active_other"
    " acupuncture_variant none"
)
WORDS = {
    ("trials", "condition"): words(
        "cipn dpn hiv idiopathic mixed cts bells_palsy cancer_pain musculoskeletal sciatica"
    ),
    ("trials", "purpose"): {"treatment", "prevention", "other-technique"},
    ("trials", "design"): {
        "parallel",
        "crossover",
        "factorial",
        "single_arm",
        "secondary_report",
        "subset",
        "controlled",
    },
    ("trials", "randomised"): {"yes", "no", "unclear"},
    ("trial_arms", "comparator"): COMPARATORS,
    ("trial_results", "comparator"): COMPARATORS,
    ("trial_results", "direction"): words(
        "favours_acupuncture favours_control no_difference mixed within_arm_only not_seen not_finished not_applicable"
    ),
    ("trial_results", "numbers_status"): {"usable", "partly", "not_available"},
    ("trial_results", "adverse_reported"): {"yes", "no", "not_seen"},
    ("outcomes", "comparator"): COMPARATORS,
    ("outcomes", "domain"): words(
        "pain symptom_score responder nerve_conduction quality_of_life sensory_test function neurotoxicity sleep other"
    ),
    ("outcomes", "lower_is_better"): {"yes", "no", ""},
    ("outcomes", "timepoint"): {"baseline", "during", "end_of_treatment", "follow_up", "not_stated"},
    ("outcomes", "reporter"): {"patient", "clinician", "instrument"},
    ("outcomes", "poolable"): {"yes", "no"},
    ("outcome_values", "value_type"): {"baseline", "final", "change", "events"},
    ("outcome_values", "arm"): {"acupuncture", "control"},
    ("outcome_contrasts", "measure"): {"MD", "SMD", "RR", "OR", "RD"},
    ("outcome_contrasts", "adjusted"): {"yes", "no", ""},
    ("harm_surveys", "reporter"): {"patient", "practitioner", "registry", "mixed"},
    ("harm_rows", "counts"): {"patients_with_event", "treatments_with_event", "events", ""},
    ("harm_rows", "serious"): {"yes", "no", "mixed", "unclear", ""},
    ("harm_uses", "use"): {"pool", "modifier", "case", "context"},
}


@pytest.mark.parametrize("name", TABLES)
def test_shape_and_provenance(name):
    rows = table(name)
    assert rows
    header = list(rows[0])
    assert len(header) <= 20 and header[-7:] == PROVENANCE
    for row in rows:
        assert None not in row, "a row with too many cells"
        assert all(cell is not None and cell == cell.strip() for cell in row.values())
        assert row["verified"] in {"yes", "partly", "no"}
        assert row["basis"] in {"published", "derived", "default"}
        assert row["authored_by"] == "deqi" and row["checked_by"] == ""
        assert row["reviewed_on"] < row["review_by"]


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique(name):
    counts = collections.Counter(row[KEYS[name]] for row in table(name))
    assert [key for key, n in counts.items() if n > 1] == []


@pytest.mark.parametrize(("where", "words"), WORDS.items(), ids=lambda x: ".".join(x) if isinstance(x, tuple) else "")
def test_vocabularies(where, words):
    name, column = where
    assert {row[column] for row in table(name)} <= words


def sources() -> set[str]:
    found = set()
    for file in (DATA / "_sources").iterdir() if (DATA / "_sources").is_dir() else [DATA / "sources.csv"]:
        found |= {line.split(",")[0] for line in file.read_text(encoding="utf-8").splitlines()[1:]}
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_source_exists(name):
    known = sources()
    for row in table(name):
        assert row["source"] and set(row["source"].split(";")) <= known, row


def test_references_between_tables():
    trials = keyed("trials", "trial")
    arms = {(row["trial"], row["comparator"]) for row in table("trial_arms")}
    results = {(row["trial"], row["comparator"]) for row in table("trial_results")}
    assert arms == results
    assert {trial for trial, _ in arms} == set(trials)
    outcomes = keyed("outcomes", "outcome")
    assert {(row["trial"], row["comparator"]) for row in outcomes.values()} <= arms
    used = {row["outcome"] for row in table("outcome_values")} | {row["outcome"] for row in table("outcome_contrasts")}
    assert used == set(outcomes)
    assert set(keyed("harm_rows", "harm")) == set(keyed("harm_uses", "harm"))
    surveys = keyed("harm_surveys", "survey")
    assert {row["survey"] for row in table("harm_rows")} <= set(surveys)
    assert set(keyed("published_pools", "pool")) == set(keyed("published_pool_notes", "pool"))
    assert set(keyed("published_harm_pools", "pool")) == set(keyed("published_harm_pool_notes", "pool"))
    assert set(keyed("indications", "indication")) == set(keyed("indication_details", "indication"))


def test_trial_ids():
    trials = keyed("trials", "trial")
    assert len(trials) == 100
    assert all(re.fullmatch(r"[a-z0-9]+", trial) for trial in trials)
    reports = {row["report_of"] for row in table("trial_results") if row["report_of"]}
    assert reports <= set(trials)


def test_a_trial_without_usable_numbers_says_why():
    for row in table("trial_results"):
        assert (row["numbers_status"] == "usable") == (row["numbers_reason"] == ""), row["trial"]


def test_negative_trials_are_in():
    directions = {(row["trial"], row["comparator"]): row["direction"] for row in table("trial_results")}
    assert directions["shlay1998", "sham"] == "no_difference"
    assert directions["penza2011", "sham"] == "no_difference"
    assert directions["rostock2013", "placebo_capsule"] == "no_difference"
    assert directions["yao2012", "sham"] == "no_difference"
    assert directions["greenlee2016", "sham"] == "favours_control"


def test_poolable_outcomes_can_be_pooled():
    trials = keyed("trials", "trial")
    values, contrasts = collections.defaultdict(list), collections.defaultdict(list)
    twins = collections.Counter()
    for row in table("outcome_values"):
        values[row["outcome"]].append(row)
    for row in table("outcome_contrasts"):
        contrasts[row["outcome"]].append(row)
    for outcome in table("outcomes"):
        if outcome["poolable"] == "no":
            assert outcome["poolable_reason"], outcome["outcome"]
            continue
        trial = trials[outcome["trial"]]
        assert outcome["lower_is_better"] in {"yes", "no"}
        assert trial["randomised"] == "yes" and trial["purpose"] == "treatment"
        assert outcome["comparator"] not in {"none", "acupuncture_variant"}
        twins[
            outcome["trial"], outcome["comparator"], outcome["domain"], outcome["timepoint"], outcome["reporter"]
        ] += 1
        full = any(c["estimate"] and c["ci_low"] and c["ci_high"] for c in contrasts[outcome["outcome"]])
        for kind in ("final", "change", "events"):
            rows = [v for v in values[outcome["outcome"]] if v["value_type"] == kind]
            complete = [v for v in rows if (v["events"] and v["total"]) or (v["n"] and v["mean"] and v["sd"])]
            arms = collections.Counter(v["arm"] for v in complete)
            assert arms["acupuncture"] <= 1 and arms["control"] <= 1, outcome["outcome"]
            full = full or arms == {"acupuncture": 1, "control": 1}
        assert full, outcome["outcome"]
    assert [key for key, n in twins.items() if n > 1] == [], "one instrument per trial, comparator, domain and time"


def test_numbers_are_possible():
    for row in table("outcome_values"):
        if row["events"]:
            assert 0 <= int(row["events"]) <= int(row["total"])
        if row["sd"]:
            assert float(row["sd"]) > 0
        if row["ci_low"] and row["ci_high"]:
            assert float(row["ci_low"]) < float(row["mean"]) < float(row["ci_high"])
    for name in ("outcome_contrasts", "published_pools", "indications", "published_harm_pools"):
        for row in table(name):
            if row["ci_low"] and row["ci_high"] and row["estimate"]:
                assert float(row["ci_low"]) <= float(row["estimate"]) <= float(row["ci_high"]), row
    for row in table("published_pools"):
        assert re.fullmatch(r"\d*", row["k"]) and re.fullmatch(r"\d*", row["review_k"])
    for row in table("harm_rows"):
        if row["events"] and row["denominator"]:
            assert int(row["events"]) <= int(row["denominator"])


def test_numbers_nobody_saw_are_not_entered():
    for row in table("outcome_values"):
        assert row["verified"] != "no"
    for row in table("outcome_contrasts"):
        if row["verified"] == "no":
            assert not (row["estimate"] or row["ci_low"] or row["ci_high"] or row["p"])
    for row in table("harm_rows"):
        if row["verified"] == "no":
            assert not (row["events"] or row["denominator"] or row["rate_reported"])
    for row in table("indications"):
        if row["verified"] == "no":
            assert not (row["estimate"] or row["ci_low"] or row["ci_high"])


def test_one_row_per_overlap_group_and_pool_key():
    rows, surveys = keyed("harm_rows", "harm"), keyed("harm_surveys", "survey")
    seen = collections.Counter()
    for use in table("harm_uses"):
        if use["use"] != "pool":
            assert use["pool_key"] == "", use["harm"]
            continue
        row = rows[use["harm"]]
        event, unit, reporter = use["pool_key"].split("|")
        assert event == row["event"] and event != "other"
        assert unit in {"patients", "treatments", "events_per_treatment"}
        assert reporter in {"patient", "practitioner", "mixed", "registry"}
        assert row["verified"] != "no"
        assert row["denominator"] and (row["events"] or use["implied_low"])
        assert row["unit"] not in {"insertions", "case_reports", "incident_reports", "clinics", "articles"}
        survey = surveys[row["survey"]]
        assert not survey["note"].startswith("sums other surveys")
        seen[use["pool_key"], survey["overlap_group"] or survey["survey"]] += 1
    assert [key for key, n in seen.items() if n > 1] == []
    assert len(seen) > 80


def test_patients_and_treatments_are_never_mixed():
    rows = keyed("harm_rows", "harm")
    for use in table("harm_uses"):
        if use["use"] == "pool":
            unit = use["pool_key"].split("|")[1]
            printed = rows[use["harm"]]["unit"]
            if use["harm"] in ("H105", "H106"):  # asked after one treatment of each patient
                assert (printed, unit) == ("patients", "treatments")
            else:
                assert (printed in {"patients", "courses"}) == (unit == "patients"), use["harm"]


def test_local_events_counted_as_events_are_not_proportions():
    rows = keyed("harm_rows", "harm")
    local = {"any_ae", "bleeding", "bruise_haematoma", "bleeding_haematoma_combined", "pain", "skin_reaction"}
    for use in table("harm_uses"):
        if use["use"] == "pool" and rows[use["harm"]]["event"] in local:
            unit = use["pool_key"].split("|")[1]
            if rows[use["harm"]]["counts"] == "events":
                assert unit == "events_per_treatment", use["harm"]


def test_significant_events_do_not_join_all_events():
    rows, uses = keyed("harm_rows", "harm"), keyed("harm_uses", "harm")
    for harm, row in rows.items():
        if "(significant" in row["label"]:
            assert uses[harm]["use"] == "context", harm
