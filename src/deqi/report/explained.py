"""One rule's tree for one person, and what changed since an earlier assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deqi.report.blocks import Items, Page, Pairs, Section, say, sheet
from deqi.report.fact_words import Names
from deqi.report.phrase import Phrases, labels
from deqi.safety.compare import Changes
from deqi.safety.explain import Explained


def rule_page(nodes: Iterable[Explained], names: Names, phrases: Phrases) -> Page:
    """The tree of a rule, a node a line; ``*`` marks what decides."""
    items = tuple(say(line) for node in nodes for line in _node(node, names, phrases))
    return sheet("", labels(phrases), Section("tree", "", card=(Items("", items),)))


def _node(node: Explained, names: Names, phrases: Phrases) -> Iterator[str]:
    mark = "*" if node.decides else " "
    indent = "  " * node.depth
    yield f"{mark} {indent}{node.truth}: {node.what}"
    for fact in node.because:
        yield f"  {indent}{phrases.say('node.because')} {names.fact(fact)}"
    for fact in node.disputed:
        yield f"  {indent}{phrases.say('node.against')} {names.fact(fact)}"
    if node.asks:
        yield f"  {indent}{phrases.say('node.asks', {'questions': ', '.join(node.asks)})}"


def changes_page(found: Changes, phrases: Phrases) -> Page:
    """What changed since an earlier assessment."""
    fields = {
        "before": found.as_of_before,
        "edition_before": found.knowledge_before,
        "now": found.as_of_now,
        "edition_now": found.knowledge_now,
    }
    dates = phrases.say("change.dates", fields)
    same = found.candidacy_before == found.candidacy_now
    candidacy = phrases.say(
        "change.candidacy.same" if same else "change.candidacy",
        {"before": found.candidacy_before, "now": found.candidacy_now},
    )
    rows = tuple(
        (phrases.say(f"change.{name}"), say(", ".join(names)))
        for name, names in (
            ("new", found.new),
            ("gone", found.gone),
            ("otherwise", found.otherwise),
            ("opened", found.opened),
            ("answered", found.answered),
        )
        if names
    )
    lead = (say(dates), say(candidacy))
    return sheet("", labels(phrases), Section("changes", "", lead=lead, card=(Pairs(rows),) if rows else ()))
