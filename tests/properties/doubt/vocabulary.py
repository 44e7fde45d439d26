"""What charts hold, in codes and words: hazards, ordinary entries, and entries nobody has a table for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.properties.doubt.engines import AS_OF

SYSTEMS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ucum": "http://unitsofmeasure.org",
    "clinical": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "verified": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "local": "urn:oid:2.16.840.1.113883.19.5",
}

# System, code, words.
CONDITIONS = (
    ("icd10cm", "Z95.0", "Presence of cardiac pacemaker"),
    ("icd10cm", "Z95.810", "Presence of automatic implantable cardiac defibrillator"),
    ("icd10cm", "E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy"),
    ("snomed", "44054006", "Type 2 diabetes"),
    ("icd10cm", "G62.0", "Drug-induced polyneuropathy"),
    ("icd10cm", "I89.0", "Lymphedema, not elsewhere classified"),
    ("icd10cm", "J93.11", "Primary spontaneous pneumothorax"),
    ("icd10cm", "C73", "Malignant neoplasm of thyroid gland"),
    ("icd10cm", "C91.10", "Chronic lymphocytic leukemia of B-cell type"),
    ("icd10cm", "E11.621", "Type 2 diabetes mellitus with foot ulcer"),
    ("icd10cm", "G83.4", "Cauda equina syndrome"),
    ("icd10cm", "G61.0", "Guillain-Barre syndrome"),
    ("icd10cm", "I82.401", "Acute embolism and thrombosis of deep veins of right lower extremity"),
    ("icd10cm", "I21.4", "Non-ST elevation (NSTEMI) myocardial infarction"),
    ("icd10cm", "R55", "Syncope and collapse"),
    ("icd10cm", "Z94.0", "Kidney transplant status"),
    ("icd10cm", "D66", "Hereditary factor VIII deficiency"),
    ("icd10cm", "D69.6", "Thrombocytopenia, unspecified"),
    ("icd10cm", "G40.909", "Epilepsy, unspecified, not intractable"),
    ("icd10cm", "Z79.01", "Long term (current) use of anticoagulants"),
    ("snomed", "72892002", "Normal pregnancy"),
    ("snomed", "283371005", "Laceration of forearm"),
    ("snomed", "9999991000000104", "Metastatic malignant neoplasm"),
    ("snomed", "9999992000000106", ""),
    ("local", "L-77", "pacemaker clinic"),
    ("", "", "lymphedema left arm"),
    ("", "", "seizure disorder"),
    ("snomed", "59621000", "Essential hypertension"),
    ("snomed", "195662009", "Acute viral pharyngitis"),
    ("", "", "hay fever"),
)
MEDICATIONS = (
    ("rxnorm", "11289", "warfarin"),
    ("rxnorm", "855332", "Warfarin Sodium 5 MG Oral Tablet"),
    ("rxnorm", "1191", "aspirin"),
    ("rxnorm", "32968", "clopidogrel"),
    ("rxnorm", "56946", "paclitaxel"),
    ("rxnorm", "8640", "prednisone"),
    ("rxnorm", "6809", "metformin"),
    ("rxnorm", "99999999", "apixaban 5 MG Oral Tablet"),
    ("rxnorm", "99999998", ""),
    ("", "", "apixiban"),
    ("", "", "blood thinner"),
    ("", "", "paracetamol"),
)
PROCEDURES = (
    ("snomed", "18027006", "Transplantation of liver"),
    ("snomed", "265764009", "Renal dialysis"),
    ("snomed", "9999993000000108", "Insertion of permanent pacemaker"),
    ("", "", "mastectomy left"),
    ("snomed", "73761001", "Colonoscopy"),
)
DEVICES = (
    ("snomed", "14106009", "Cardiac pacemaker"),
    ("snomed", "72506001", "Implantable defibrillator"),
    ("", "", "ICD"),
    ("", "", "Model XJ-9"),
    ("", "", "reading glasses"),
)
# Weeks of pregnancy: either value is a yes to one rule or another.
WEEKS = "11884-4"
# LOINC code, UCUM unit, hazardous value, safe value.
RESULTS = (
    ("777-3", "10*3/uL", 12, 250),
    ("777-3", "10*9/L", 35, 310),
    ("751-8", "10*3/uL", 0.3, 3.1),
    ("6301-6", "{INR}", 5.2, 1.1),
    ("8310-5", "Cel", 39.4, 36.6),
    ("2132-9", "pg/mL", 90, 480),
    ("39156-5", "kg/m2", 15.5, 24),
    ("8480-6", "mm[Hg]", 205, 124),
    (WEEKS, "wk", 30, 9),
)
# What may not change a fact of age or trimester when the day moves on: no question of these depends on a number.
QUESTIONS = (
    "diabetes",
    "foot-problem",
    "cauda-equina-signs",
    "fast-spreading-weakness",
    "cancer-now",
    "cancer-new-signs",
    "tumour-at-site",
    "blood-thinning-medicine",
    "takes-anticoagulant",
    "takes-antiplatelet",
    "electronic-implant",
    "pacemaker",
    "numb-or-neuropathy",
    "could-be-pregnant",
    "pregnant",
    "weak-immune-system",
    "transplant",
    "heart-or-lung-problem",
    "lung-disease",
    "recent-operation",
    "serious-illness-2-weeks",
    "emergency-signs-now",
    "bleeding-problem",
    "low-platelets",
    "fever-today",
)
CLEARANCES = ("cleared-foot", "cleared-cauda-equina", "cleared-rapid-progression", "cleared-cancer-signs")

_DAYS = (0, 1, 2, 3, 6, 7, 8, 13, 14, 15, 28, 29, 30, 31, 55, 56, 57, 89, 90, 91, 183, 364, 365, 366, 900, 4000)
DAYS = tuple((AS_OF - dt.timedelta(days=days)).isoformat() for days in _DAYS)
WHENS: tuple[str, ...] = (
    *DAYS,
    "",
    "",
    "2026-11",
    "2026-10",
    "2026",
    "2025",
    "2019",
    f"{DAYS[1]}T08:00:00Z",
    f"{DAYS[1]}T15:30:00+05:30",
)
UNREAD_UNITS = ("bench units", "arb. u.", "see comment", "%%", "mol")


def concept(system: str, code: str, words: str) -> dict[str, Any]:
    """A CodeableConcept."""
    found: dict[str, Any] = {}
    if code:
        found["coding"] = [{"system": SYSTEMS[system], "code": code} | ({"display": words} if words else {})]
    if words:
        found["text"] = words
    return found
