"""What a form asks for: the table as it was typed or uploaded, and how to pool it."""

from __future__ import annotations

import dataclasses
import io

from django.http import HttpRequest

from deqi.api import PoolRequest, pool, pooling, read
from deqi.api.types import InputError, PooledTable, Table
from deqi.web.site.pages import words
from deqi.web.site.sentences import without_dashes

MOST_STUDIES = 1_000
"""A page with more rows helps nobody, and a worker answers the next person sooner."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """The fields of the form, as they go back into it."""

    table: str = ""
    measure: str = ""
    model: str = dataclasses.field(default_factory=lambda: pooling.models()[0])
    method: str = dataclasses.field(default_factory=lambda: pooling.methods()[0])
    glmm: str = dataclasses.field(default_factory=lambda: pooling.mixed_models()[0])
    level: str = "95"
    by: str = ""
    also: bool = False

    def pooled(self) -> PooledTable:
        """The pool.

        Raises
        ------
        InputError
            What cannot be used, in one sentence.
        """
        if not self.table.strip():
            raise InputError(words("pool.empty"))
        studies = limited(read.table(io.BytesIO(self.table.encode("utf-8", "replace")), words("pool.name")))
        wanted = PoolRequest(
            studies,
            self.measure or None,
            self.method,
            level=_number(self.level),
            by=self.by or None,
            model=self.model,
            glmm=pooling.mixed_model(self.method, self.glmm),
            also=("all",) if self.also else (),
            served=True,
        )
        return sentences_of(wanted)


def asked(request: HttpRequest) -> Asked:
    """What was sent; an uploaded table takes the place of a typed one.

    Raises
    ------
    InputError
        The file is no text.
    """
    given = request.POST
    none = Asked()
    typed = Asked(
        given.get("table", ""),
        given.get("measure", "").strip()[:20],
        given.get("model", none.model)[:20],
        given.get("method", none.method)[:20],
        given.get("glmm", none.glmm)[:20],
        given.get("level", none.level).strip()[:20],
        given.get("by", "").strip()[:80],
        "also" in given,
    )
    file = request.FILES.get("file")
    if file is None:
        return typed
    return dataclasses.replace(typed, table=text_of(file.read()))


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


def _number(written: str) -> float:
    try:
        return float(written.replace(",", ".").removesuffix("%"))
    except ValueError:
        raise InputError(words("pool.level.fault")) from None
