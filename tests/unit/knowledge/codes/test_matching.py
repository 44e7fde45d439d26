"""The tables do their work through the matcher and the unit table that the readers use."""

import pytest

from deqi.knowledge import load
from deqi.knowledge.leaves import Observation
from deqi.knowledge.rules import AllOf, AnyOf, Node, parse_trigger
from deqi.knowledge.tables.vocabulary import Code, CodeSet, DrugProduct, ObservationKind, Unit
from deqi.people.facts import Coding
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.units import UnitTable

KNOWLEDGE = load()


@pytest.fixture(scope="module")
def index() -> CodeIndex:
    return CodeIndex.build(KNOWLEDGE.rows(CodeSet), KNOWLEDGE.rows(Code), KNOWLEDGE.rows(DrugProduct))


@pytest.fixture(scope="module")
def units() -> UnitTable:
    return UnitTable.build(KNOWLEDGE.rows(Unit))


@pytest.mark.parametrize(
    ("product", "display", "sets"),
    [
        ("309362", "clopidogrel 75 MG Oral Tablet", {"antiplatelet", "p2y12-inhibitor"}),
        ("243670", "aspirin 81 MG Oral Tablet", {"antiplatelet", "aspirin"}),
        ("1736776", "10 ML oxaliplatin 5 MG/ML Injection", {"cytotoxic-medicine", "neurotoxic-chemotherapy"}),
        ("1736854", "cisplatin 50 MG Injection", {"cytotoxic-medicine", "neurotoxic-chemotherapy"}),
        ("583214", "paclitaxel 100 MG Injection", {"cytotoxic-medicine", "neurotoxic-chemotherapy"}),
        ("108515", "1 ML tacrolimus 5 MG/ML Injection", {"immunosuppressive-medicine"}),
        ("1664463", "24 HR tacrolimus 1 MG Extended Release Oral Tablet", {"immunosuppressive-medicine"}),
        ("855332", "warfarin sodium 5 MG Oral Tablet", {"anticoagulant", "vitamin-k-antagonist"}),
        ("106892", "insulin isophane 70 UNT/ML / insulin, regular 30 UNT/ML", {"insulin-or-sulfonylurea"}),
        ("2001499", "Vitamin B12 5 MG/ML Injectable Solution", {"b12-or-thiamine-medicine"}),
        ("310965", "Ibuprofen 200 MG Oral Tablet", {"nsaid"}),
    ],
)
def test_a_prescribed_product_reaches_the_sets_of_its_ingredient(
    index: CodeIndex, product: str, display: str, sets: set[str]
) -> None:
    found = index.match_codes("medication", (Coding("rxnorm", product, display),), display)
    assert {match.set for match in found} == sets
    assert {match.how for match in found} == {"product"}


@pytest.mark.parametrize(
    ("kind", "system", "code", "wanted"),
    [
        ("condition", "icd10cm", "E11.42", {"diabetes", "neuropathy-diabetic"}),
        ("condition", "icd10cm", "I70.234", {"critical-limb-ischaemia"}),
        ("condition", "icd10cm", "I70.211", {"arterial-disease"}),
        ("condition", "icd10cm", "G40.119", {"epilepsy", "epilepsy-intractable"}),
        ("condition", "icd10cm", "F03.911", {"delirium-or-dementia"}),
        ("condition", "icd10cm", "S14.109A", {"spinal-cord-injury"}),
        ("condition", "icd10cm", "G56.02", {"neuropathy-entrapment"}),
        ("condition", "icd10cm", "Z3A.28", {"pregnancy"}),
        ("condition", "icd10cm", "D68.020", {"inherited-bleeding-disorder"}),
        ("condition", "icd10cm", "O90.4", set()),
        ("condition", "icd10cm", "D68.51", set()),
        ("condition", "icd10", "G63.2", {"neuropathy-diabetic", "neuropathy-other-poly"}),
        ("condition", "icd10", "E11.4", {"diabetes", "neuropathy-diabetic"}),
        ("medication", "atc", "B01AF02", {"anticoagulant"}),
        ("medication", "atc", "L01XA03", {"cytotoxic-medicine", "neurotoxic-chemotherapy"}),
        ("medication", "atc", "N02BF01", set()),
        ("medication", "atc", "M01AX05", set()),
        ("observation", "loinc", "8331-1", {"body-temperature"}),
        ("observation", "loinc", "55284-4", {"blood-pressure-panel"}),
        ("observation", "loinc", "32623-1", set()),
    ],
)
def test_a_code_reaches_its_sets(index: CodeIndex, kind: str, system: str, code: str, wanted: set[str]) -> None:
    assert {match.set for match in index.match_codes(kind, (Coding(system, code),), "")} == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "wanted", "unwanted"),
    [
        ("condition", "Peripheral neuropathy, both feet", "neuropathy-other-poly", "neuropathy-diabetic"),
        ("condition", "Lymphoedema left arm after surgery", "lymphoedema", "mastectomy-or-node-surgery"),
        ("condition", "Charcot-Marie-Tooth disease", "neuropathy-hereditary", "foot-ulcer-or-infection"),
        ("condition", "Hay fever", "", "fever"),
        ("condition", "Diabetes insipidus", "", "diabetes"),
        ("condition", "Basal cell carcinoma of nose", "skin-cancer-non-melanoma", "active-malignancy"),
        ("condition", "Suspected lung cancer", "", "active-malignancy"),
        ("condition", "Post-herpetic neuralgia after shingles", "neuropathy-postherpetic", ""),
        ("medication", "Apixaban 5 mg tablets", "anticoagulant", "antiplatelet"),
        ("medication", "Hydrocortisone 1% cream", "", "long-term-steroid"),
        ("medication", "Ibuprofen 5% gel", "", "nsaid"),
        ("medication", "Heparin lock flush 10 units/mL", "", "heparin"),
    ],
)
def test_a_text_reaches_its_sets_by_name(index: CodeIndex, kind: str, text: str, wanted: str, unwanted: str) -> None:
    found = {match.set for match in index.match_codes(kind, (), text)}  # type: ignore[arg-type]
    assert not wanted or wanted in found
    assert unwanted not in found


@pytest.mark.parametrize(
    ("observation", "value", "unit", "to", "expected"),
    [
        ("platelet-count", 45, "10*9/L", "10*3/uL", 45),
        ("platelet-count", 45000, "/uL", "10*3/uL", 45),
        ("platelet-count", 45, "/nL", "10*3/uL", 45),
        ("neutrophil-count", 0.4, "G/L", "10*3/uL", 0.4),
        ("body-temperature", 100.4, "[degF]", "Cel", 38.0),
        ("vitamin-b12", 200, "ng/L", "pg/mL", 200),
        ("vitamin-b12", 148, "pmol/L", "pg/mL", 200.6),
        ("vitamin-b12", 200, "pg/mL", "pmol/L", 147.6),
        ("hba1c", 53, "mmol/mol", "%", 7.0),
        ("inr", 2.4, "1", "{INR}", 2.4),
        ("body-weight", 7, "[stone_av]", "kg", 44.45),
        ("body-height", 70, "[in_i]", "cm", 177.8),
        ("gestational-age", 91, "d", "wk", 13),
        ("systolic-bp", 24, "kPa", "mm[Hg]", 180.0),
    ],
)
def test_a_result_is_converted(
    units: UnitTable, observation: str, value: float, unit: str, to: str, expected: float
) -> None:
    """The observation's name is the quantity by which a conversion is allowed."""
    assert units.convert(value, unit, to, observation) == pytest.approx(expected, rel=5e-4)


@pytest.mark.parametrize(
    ("observation", "unit", "to"),
    [
        ("hba1c", "pmol/L", "pg/mL"),
        ("platelet-count", "1", "{INR}"),
        ("platelet-count", "%", "10*3/uL"),
        ("systolic-bp", "K/uL", "10*3/uL"),
        ("body-temperature", "mm[Hg]", "Cel"),
    ],
)
def test_what_belongs_to_another_quantity_is_never_converted(
    units: UnitTable, observation: str, unit: str, to: str
) -> None:
    assert units.convert(1.0, unit, to, observation) is None


def test_every_quantity_is_an_observation() -> None:
    observations = {row.observation for row in KNOWLEDGE.rows(ObservationKind)}
    assert {row.quantity for row in KNOWLEDGE.rows(Unit)} - {""} <= observations


def test_every_observation_rules_ask_for_can_be_read_in_the_rule_unit(units: UnitTable) -> None:
    own = {row.observation: row.unit for row in KNOWLEDGE.rows(ObservationKind)}
    for rule in KNOWLEDGE.rules:
        for leaf in _observed(parse_trigger(rule.when)):
            assert units.convert(1.0, own[leaf.observation], leaf.unit, leaf.observation) is not None, rule.id


def _observed(node: Node) -> list[Observation]:
    if isinstance(node, AllOf | AnyOf):
        return [leaf for branch in node.branches for leaf in _observed(branch)]
    return [node] if isinstance(node, Observation) else []
