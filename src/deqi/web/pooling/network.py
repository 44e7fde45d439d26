"""Several treatments compared at once: the form, the result beneath it, and the result as a file."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from deqi.api import NetworkRequest, html, pooling, write
from deqi.api import network as compared
from deqi.api import pages as blocks
from deqi.api.types import Figure, InputError, NetworkTable
from deqi.web.pooling.answers import SVG, attached
from deqi.web.pooling.asked import LONGEST_CHOICE, LONGEST_WORDS, level_of, table_of, uploaded
from deqi.web.site import library, pages
from deqi.web.site.sentences import without_dashes

FIGURES = {
    "plot": (blocks.network_figure, blocks.NETWORK_WIDTH),
    "rank-plot": (blocks.rank_figure, blocks.RANKS_WIDTH),
}
"""Figures by the names of their options, and how wide they are at most."""
RANKS = ("ranks", "all")


def _first(option: str) -> str:
    return pooling.network_choices()[option][0]


@dataclasses.dataclass(frozen=True)
class AskedNetwork:
    """The fields of the form, as they go back into it; each bears the name of an option of ``deqi network``."""

    table: str = ""
    measure: str = ""
    reference: str = ""
    small_is_good: str = ""
    method: str = dataclasses.field(default_factory=lambda: _first("method"))
    test: str = dataclasses.field(default_factory=lambda: _first("test"))
    prediction: str = dataclasses.field(default_factory=lambda: _first("prediction"))
    level: str = "95"
    inactive: str = ""
    separator: str = "+"
    also: tuple[str, ...] = ()

    def compared(self) -> NetworkTable:
        """The network.

        Raises
        ------
        InputError
            What cannot be used, in one sentence.
        """
        wanted = NetworkRequest(
            table_of(self.table),
            self.measure or None,
            self.method,
            self.test,
            level_of(self.level),
            self.reference or None,
            small_is_good=bool(self.small_is_good),
            also=self.also,
            inactive=self.inactive or None,
            separator=self.separator,
            prediction=self.prediction,
            served=True,
        )
        return compared(wanted)

    @property
    def further(self) -> bool:
        """Whether something is asked for that stands among the further choices."""
        plain = {name: getattr(self, name) for name in ("table", "measure", "reference", "small_is_good")}
        return self != AskedNetwork(**plain)


def figure(kind: str, found: NetworkTable) -> str:
    """A figure as a file.

    Raises
    ------
    InputError
        Nothing can be drawn.
    """
    return FIGURES[kind][0](found)


@require_http_methods(["GET", "HEAD", "POST"])
def network(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the form as it was sent with its result, or its fault, or the result as a file."""
    if request.method != "POST":
        return pages.kept_page(
            request, "", "network", lambda: pages.render("pooling/network.html.j2", _form(AskedNetwork()))
        )
    wanted, form = AskedNetwork(), request.POST.get("do", "")
    try:
        wanted = _asked(request)
        found = wanted.compared()
        if form in FIGURES:
            return attached(figure(form, found), f"network-{form}.svg", SVG)
        if form == "json":
            return attached(write.json(found.as_json()), "network.json", "application/json")
    except InputError as error:
        given = _form(wanted) | {"fault": without_dashes(str(error))}
        return pages.private_page("pooling/network.html.j2", given, 422)
    return pages.private_page("pooling/network.html.j2", _form(wanted) | _result(found, wanted))


def _asked(request: HttpRequest) -> AskedNetwork:
    given = request.POST
    found: dict[str, object] = {"table": given.get("table", "")}
    typed = [one.name for one in dataclasses.fields(AskedNetwork) if one.name not in ("table", "also")]
    choices = ("measure", "method", "test", "prediction", "level", "separator")
    for name in typed:
        if name in given:
            found[name] = given[name].strip()[: LONGEST_CHOICE if name in choices else LONGEST_WORDS]
    ticked = [one[:LONGEST_CHOICE] for one in given.getlist("also")[: len(pooling.network_choices()["also"]) + 1]]
    asked = AskedNetwork(**found, also=tuple(dict.fromkeys(ticked)))  # type: ignore[arg-type]  # by the names above
    return dataclasses.replace(asked, table=uploaded(request, asked.table))


def _form(wanted: AskedNetwork) -> dict[str, object]:
    choices, names = pooling.network_choices(), pooling.measures()
    return {
        "asked": wanted,
        "choices": choices,
        "measures": {code: names[code] for code in choices["measure"]},
        "fault": "",
        "found": None,
    }


def _result(found: NetworkTable, wanted: AskedNetwork) -> dict[str, object]:
    # the notes stand above the result here
    page = blocks.network(found, pages.words("pool.name"), library.library(), notes=False)
    ranked = bool({*wanted.also} & {*RANKS})
    return {
        "found": found,
        "page": page,
        "ctx": html.around(page),
        "notes": [without_dashes(one) for one in found.warnings],
        "plot": _drawn("plot", found),
        "ranks": _drawn("rank-plot", found) if ranked else None,
        "files": ("json", *FIGURES),
    }


def _drawn(kind: str, found: NetworkTable) -> Figure:
    draw, widest = FIGURES[kind]
    return Figure("", lambda width: draw(found, min(width, widest)))
