"""FHIR exports to columns."""
