"""Cited tables, vocabularies and rules as data, with the loader that reads them."""

from deqi.knowledge.store import Edition, Knowledge, load

__all__ = ["Edition", "Knowledge", "load"]
