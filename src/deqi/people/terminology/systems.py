"""Code systems by their short names. A code without a known system keeps the address it came with."""

from __future__ import annotations

SYSTEMS: dict[str, str] = {
    "http://snomed.info/sct": "snomed",
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "urn:oid:2.16.840.1.113883.6.90": "icd10cm",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-us": "icd10cm",
    "http://hl7.org/fhir/sid/icd-10-de": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "icd10",
    "urn:oid:2.16.840.1.113883.6.3": "icd10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
    "http://loinc.org": "loinc",
    "urn:oid:2.16.840.1.113883.6.1": "loinc",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:2.16.840.1.113883.6.73": "atc",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    "urn:oid:2.16.840.1.113883.12.292": "cvx",
}
"""Short name of each system address."""

SHORT = frozenset({"snomed", "icd10cm", "icd10", "rxnorm", "loinc", "atc", "cvx", "hl7"})

SPELLINGS: dict[str, str] = {
    "icd-10-cm": "icd10cm",
    "icd-10": "icd10",
    "snomed-ct": "snomed",
    "sct": "snomed",
}
"""What people also write for a short name in a person file."""


def short_system(address: str) -> str:
    """The short name of a code system, or its address when there is none."""
    known = SYSTEMS.get(address)
    if known is not None:
        return known
    if address.startswith(("http://terminology.hl7.org/CodeSystem/", "http://hl7.org/fhir/")):
        return "hl7"
    if address.startswith("http://snomed.info/sct/"):
        return "snomed"
    return address


def plain_code(system: str, code: str) -> str:
    """A code as it is compared: ICD and ATC in capitals, ICD without its dot, dagger or star."""
    if system in ("icd10cm", "icd10"):
        return code.strip().upper().rstrip("*†+!").replace(".", "")
    return code.strip().upper() if system == "atc" else code.strip()
