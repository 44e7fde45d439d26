"""One rule's tree for one person, and what changed since an earlier assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.report.blocks import Items, Page, Pairs, Section, say, sheet
from deqi.report.fact_words import Names
from deqi.safety.compare import Changes
from deqi.safety.explain import Explained


def rule_page(nodes: Iterable[Explained], names: Names, words: Mapping[str, str]) -> Page:
    """The tree of a rule, a node a line; ``*`` marks what decides."""
    items = tuple(say(line) for node in nodes for line in _node(node, names))
    return sheet("", words, Section("tree", "", card=(Items("", items),)))


def _node(node: Explained, names: Names) -> Iterator[str]:
    mark = "*" if node.decides else " "
    indent = "  " * node.depth
    yield f"{mark} {indent}{node.truth}: {node.what}"
    for fact in node.because:
        yield f"  {indent}because {names.fact(fact)}"
    for fact in node.disputed:
        yield f"  {indent}against it {names.fact(fact)}"
    if node.asks:
        yield f"  {indent}would ask {', '.join(node.asks)}"


def changes_page(found: Changes, words: Mapping[str, str]) -> Page:
    """What changed since an earlier assessment."""
    dates = (
        f"From {found.as_of_before} (knowledge {found.knowledge_before}) to {found.as_of_now} "
        f"(knowledge {found.knowledge_now})"
    )
    same = found.candidacy_before == found.candidacy_now
    candidacy = (
        f"Candidacy: {found.candidacy_now}, as before"
        if same
        else f"Candidacy: {found.candidacy_before} -> {found.candidacy_now}"
    )
    rows = tuple(
        (title, say(", ".join(names)))
        for title, names in (
            ("New findings", found.new),
            ("No longer found", found.gone),
            ("Found on other facts, or restricting otherwise", found.otherwise),
            ("Newly open questions", found.opened),
            ("No longer open", found.answered),
        )
        if names
    )
    return sheet(
        "", words, Section("changes", "", lead=(say(dates), say(candidacy)), card=(Pairs(rows),) if rows else ())
    )
