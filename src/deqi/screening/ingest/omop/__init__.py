"""OMOP CDM folders to columns."""
