"""The options of a command, and the fields of a page: so that what one can do the other can, too."""

from __future__ import annotations

from html.parser import HTMLParser

import typer

from deqi.cli.main import app

UNSAID = "format", "json", "output"
"""How and where an answer is written: a page is its own answer, with its files beside it."""


def options(command: str) -> tuple[str, ...]:
    """The names of what a command takes, as a program writes them: of ``--small-is-good`` ``small_is_good``."""
    found = typer.main.get_command(app).commands[command].params  # type: ignore[attr-defined]  # a group
    long = [next((one for one in param.opts if one.startswith("--")), str(param.name)) for param in found]
    names = [one.removeprefix("--").replace("-", "_") for one in long]
    return tuple(one for one in names if one not in (*UNSAID, "help"))


class Form(HTMLParser):
    """The fields of the pages of a site: by name, the values that may be chosen (of typed ones none)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._list = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "option":
            self.fields[self._list].append(value)
        elif tag in ("input", "select", "textarea") and name:
            self._list = name
            chosen = self.fields.setdefault(name, [])
            if given.get("type") in ("checkbox", "radio"):
                chosen.append(value)
