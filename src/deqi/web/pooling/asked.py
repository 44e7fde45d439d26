"""What a form asks for: the table as it was typed or uploaded, and how to pool it."""

from __future__ import annotations

import dataclasses
import io
import re

from django.http import HttpRequest, QueryDict

from deqi.api import PoolRequest, pool, pooling, read
from deqi.api.types import InputError, PooledTable, Table
from deqi.web.site.pages import words
from deqi.web.site.sentences import without_dashes

MOST_STUDIES = 1_000
"""A page with more rows helps nobody, and a worker answers the next person sooner."""
LONGEST_CHOICE, LONGEST_WORDS = 20, 400
"""Letters of what is chosen from a list, and of what is typed."""
ALL = "all"
_WHOLE = re.compile(r"[0-9]{1,9}")
CHECKBOXES = ("also", "figures")
TYPED = ("by", "moderators", "scale", "order", "favours", "permutations", "seed", "level", "measure")
CHOSEN = ("model", "method", "glmm", "test")


@dataclasses.dataclass(frozen=True)
class Asked:
    """The fields of the form, as they go back into it; each bears the name of an option of ``deqi pool``.

    ``figures``: those drawn beside the forest and the funnel plot, by the names of their options.
    """

    table: str = ""
    measure: str = ""
    model: str = dataclasses.field(default_factory=lambda: pooling.models()[0])
    method: str = dataclasses.field(default_factory=lambda: pooling.methods()[0])
    glmm: str = dataclasses.field(default_factory=lambda: pooling.mixed_models()[0])
    test: str = ""
    level: str = "95"
    by: str = ""
    moderators: str = ""
    permutations: str = ""
    seed: str = ""
    scale: str = ""
    also: tuple[str, ...] = ()
    order: str = ""
    figures: tuple[str, ...] = ()
    favours: str = ""

    def pooled(self) -> PooledTable:
        """The pool.

        Raises
        ------
        InputError
            What cannot be used, in one sentence.
        """
        if set(self.figures) - set(pooling.figures()):
            raise InputError(words("pool.figures.unknown", {"known": ", ".join(pooling.figures())}))
        studies = table_of(self.table)
        wanted = PoolRequest(
            studies,
            self.measure or None,
            self.method,
            self.test or None,
            level=level_of(self.level),
            by=self.by or None,
            moderators=tuple(self.moderators.split(",")),
            model=self.model,
            glmm=pooling.mixed_model(self.method, self.glmm),
            also=pooling.with_checks_of(self.figures, self.also),
            order=self.order or None,
            permutations=_whole(self.permutations, "pool.permutations.fault"),
            seed=_whole(self.seed, "pool.seed.fault"),
            scale=tuple(self.scale.split(",")),
            served=True,
        )
        return sentences_of(wanted)

    @property
    def further(self) -> bool:
        """Whether something is asked for that stands among the further choices."""
        none, plain = Asked(), ("table", "measure", "model", "by", "also")
        differs = (
            getattr(self, one.name) != getattr(none, one.name)
            for one in dataclasses.fields(self)
            if one.name not in plain
        )
        return any(differs) or self.also not in ((), (ALL,))


def asked(request: HttpRequest) -> Asked:
    """What was sent; an uploaded table takes the place of a typed one.

    Raises
    ------
    InputError
        The file is no text.
    """
    typed = _typed(request.POST)
    return dataclasses.replace(typed, table=uploaded(request, typed.table))


def uploaded(request: HttpRequest, typed: str) -> str:
    """The text of the table that was uploaded; what was typed, if there is none.

    Raises
    ------
    InputError
        The file is no text.
    """
    file = request.FILES.get("file")
    return typed if file is None else text_of(file.read())


def _typed(given: QueryDict) -> Asked:
    """The fields as they were sent; what is longer than any answer is cut."""
    found: dict[str, object] = {"table": given.get("table", "")}
    found |= {name: given[name].strip()[:LONGEST_WORDS] for name in TYPED if name in given}
    found |= {name: given[name][:LONGEST_CHOICE] for name in CHOSEN if name in given}
    most = {"also": len(pooling.checks()) + 1, "figures": len(pooling.figures())}
    ticked = {name: [one[:LONGEST_CHOICE] for one in given.getlist(name)[: most[name]]] for name in CHECKBOXES}
    found |= {name: tuple(dict.fromkeys(values)) for name, values in ticked.items()}
    return Asked(**found)  # type: ignore[arg-type]  # by the names above


def text_of(data: bytes) -> str:
    """An uploaded table as it would have been typed.

    Raises
    ------
    InputError
        It is no text.
    """
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(words("pool.no-text"))
    return text


def table_of(text: str) -> Table:
    """A table that was typed.

    Raises
    ------
    InputError
        There is none, or it cannot be read, or it is too large.
    """
    if not text.strip():
        raise InputError(words("pool.empty"))
    return limited(read.table(io.BytesIO(text.encode("utf-8", "replace")), words("pool.name")))


def limited(table: Table) -> Table:
    """The same table.

    Raises
    ------
    InputError
        It has more studies than are pooled here.
    """
    if len(table.rows) > MOST_STUDIES:
        raise InputError(words("pool.many", {"most": f"{MOST_STUDIES:,}"}))
    return table


def sentences_of(wanted: PoolRequest) -> PooledTable:
    """The pool, its sentences without the dashes of options.

    Raises
    ------
    InputError
        What cannot be used, likewise.
    """
    try:
        found = pool(wanted)
    except InputError as error:
        raise InputError(without_dashes(str(error))) from None
    return found


def level_of(written: str) -> float:
    """The level of intervals as it was typed, in percent.

    Raises
    ------
    InputError
        It is no number.
    """
    try:
        return float(written.replace(",", ".").removesuffix("%"))
    except ValueError:
        raise InputError(words("pool.level.fault")) from None


def _whole(written: str, fault: str) -> int | None:
    """A whole number; None where nothing is written."""
    if not written:
        return None
    if not _WHOLE.fullmatch(written):
        raise InputError(words(fault))
    return int(written)
