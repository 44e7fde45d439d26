"""From a source to the rows that rest on it, and from a row to an address a reader can open."""

from __future__ import annotations

from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES, Row
from deqi.knowledge.tables.sources import Source


def link(source: Source) -> str:
    """The best address: DOI, PubMed Central, PubMed, the publisher's page; empty when none is known."""
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.pmcid:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{source.pmcid}"
    if source.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}"
    return source.url


def cited_by(knowledge: Knowledge, source: str) -> dict[str, list[str]]:
    """Table name to the keys of the rows that cite a source; rules stand under ``rules``."""
    found: dict[str, list[str]] = {}
    for spec in TABLES.values():
        if not issubclass(spec.row, Row):
            continue
        keys = [
            "/".join(str(getattr(row, part)) for part in spec.key)
            for row in knowledge.rows(spec.row)
            if source in row.source
        ]
        if keys:
            found[spec.name] = keys
    rules = [rule.id for rule in knowledge.rules if source in rule.source]
    if rules:
        found["rules"] = rules
    protocols = [protocol.id for protocol in knowledge.protocols if source in protocol.source]
    if protocols:
        found["protocols"] = protocols
    return found
