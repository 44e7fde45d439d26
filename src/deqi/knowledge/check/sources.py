"""Identifiers and addresses of sources."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES, Row
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.words import say

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMID = re.compile(r"\d{1,8}")
_PMCID = re.compile(r"PMC\d+")

# Copies, proxies, code shorteners and flash cards: cite the work itself.
_NO_SOURCE_HOSTS = (
    "brainscape", "quizlet", "quizwiz", "studystack", "studyres", "cram.com", "scribd", "docslib", "vdocuments",
    "documents.pub", "zlibrary", "readbag", "vukou", "qrcode", "webvpn", "proxy", "melakarnets", "platformsh",
    "clockss", "sci-hub", "arxivlens", "elbiruni", "metajournal", "reviewer.ly", "weglot", "deepdyve",
)  # fmt: skip


def source_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Malformed identifiers, addresses that are no citation, one work under two ids, rows without a source."""
    rows = knowledge.rows(Source)
    for row in rows:
        for problem in _problems(row):
            yield Fault(f"sources.csv, {row.source}", problem)
    for column in ("doi", "pmid", "pmcid"):
        ids = defaultdict(list)
        for row in rows:
            if value := getattr(row, column):
                ids[value.casefold()].append(row.source)
        for value, names in ids.items():
            if len(names) > 1:
                yield Fault("sources.csv", say("check.id-twice", column=column, value=value, names=", ".join(names)))
    for name, spec in TABLES.items():
        if not issubclass(spec.row, Row):
            continue
        for table_row in knowledge.rows(spec.row):
            if table_row.verified == "yes" and not table_row.source:
                key = "/".join(str(getattr(table_row, part)) for part in spec.key)
                yield Fault(f"{name}.csv, {key}", say("check.verified-without-source"))


def _problems(row: Source) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9]+", row.source):
        yield say("check.source-id")
    if row.doi and not _DOI.fullmatch(row.doi):
        yield say("check.doi", value=row.doi)
    if row.pmid and not _PMID.fullmatch(row.pmid):
        yield say("check.pmid", value=row.pmid)
    if row.pmcid and not _PMCID.fullmatch(row.pmcid):
        yield say("check.pmcid", value=row.pmcid)
    if row.url:
        parts = urlsplit(row.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield say("check.address", value=row.url)
        elif any(word in parts.hostname for word in _NO_SOURCE_HOSTS) or re.fullmatch(r"[\d.]+", parts.hostname):
            yield say("check.copy", host=parts.hostname)
