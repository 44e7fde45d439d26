"""The report as Markdown, every depth."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deqi.report.blocks import Block, Entry, Figure, Form, Items, Page, Pairs, Say, Section, Table


def as_markdown(page: Page) -> str:
    """The page."""
    lines = [f"# {_escape(page.title)}", ""]
    if page.dated or page.notice:
        lines += [_escape(f"{page.dated} {page.notice}"), ""]
    for section in page.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    if section.heading:
        yield f"{'#' * level} {_escape(section.heading)}"
        yield ""
    for words in section.lead:
        yield _words(words)
        yield ""
    for block in (*section.card, *section.full):
        yield from _block(block)
    for inner in section.inner:
        yield from _section(inner, level + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Say):
        yield _words(block)
        yield ""
    elif isinstance(block, Items | Figure):
        title, items = (block.title, block.items) if isinstance(block, Items) else (block.caption, block.words)
        if not items:
            return
        if title:
            yield f"**{_escape(title)}**"
            yield ""
        for item in items:
            yield f"- {_words(item)}"
        yield ""
    elif isinstance(block, Table):
        if block.caption:
            yield f"**{_escape(block.caption)}**"
            yield ""
        yield f"| {' | '.join(_escape(name) for name in block.head)} |"
        yield "|" + "|".join(" ---: " if index in block.numeric else " --- " for index in range(len(block.head))) + "|"
        for row in block.rows:
            yield f"| {' | '.join(_words(cell) for cell in row)} |"
        yield ""
    elif isinstance(block, Entry):
        yield f"- {_words(block.title)}"
        for line in (*block.lines, *block.behind):
            yield f"  - {_words(line)}"
        yield ""
    elif isinstance(block, Pairs):
        for name, words in block.rows:
            yield f"- **{_escape(name)}:** {_words(words)}"
        yield ""
    elif isinstance(block, Form):
        yield "```"
        yield from block.lines
        yield "```"
        yield ""


def _words(words: Say) -> str:
    text = _escape(words.text)
    if words.strong:
        colon = "" if words.strong[-1] in ".?!”:" else ":"
        text = f"**{_escape(words.strong)}{colon}** {text}"
    if words.refs:
        text += f" `{', '.join(words.refs)}`"
    return text


def _escape(text: str) -> str:
    """Words that Markdown must not read as marks. Addresses are left alone."""
    parts = re.split(r"(https?://\S+)", text)
    return "".join(
        part if index % 2 else re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", part) for index, part in enumerate(parts)
    )
