"""Several treatments compared: what the command gives, faults beside the form, and what would take long refused."""

from __future__ import annotations

import html
import io
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from typer.testing import CliRunner

from deqi.api import NetworkRequest, network, pooling, read
from deqi.cli.main import app
from deqi.errors import InputError
from deqi.web.api import bodies
from deqi.web.pooling.network import FIGURES
from tests.support.browser import DESK, PHONE, axe_faults, page_at, wider_than_screen
from tests.support.doors import Form, options
from tests.web.api.test_api import ask, strict

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.site import Site

TABLE = """study,treatment,control,yi,vi
A,needles,usual,-0.5,0.04
B,sham,usual,-0.2,0.04
C,needles,sham,-0.4,0.06
D,needles,usual,-0.7,0.09
E,needles + exercise,usual,-0.9,0.05
F,exercise,usual,-0.4,0.05
"""
EVERY: dict[str, Any] = {
    "method": "DL",
    "test": "t",
    "prediction": "HTS",
    "reference": "usual",
    "small_is_good": True,
    "also": ["league", "ranks", "splits", "node-splits", "designs", "components"],
    "inactive": "usual",
    "level": "90",
}


def test_the_page_and_the_address_have_every_option_and_choice(site: Site) -> None:
    found = Form(site.get("/network").text).fields
    figures = {one.replace("-", "_") for one in FIGURES}
    assert {*found, *figures} - {"file"} == {*options("network")}
    assert {one.name for one in msgspec.structs.fields(bodies.NetworkBody)} | figures == {*options("network")}
    choices = pooling.network_choices()
    assert found["measure"] == ["", *choices["measure"]] and found["also"] == [*choices["also"]]
    assert all(found[name] == [*choices[name]] for name in ("method", "test", "prediction"))
    said = (bodies.NetworkMethod, bodies.NetworkTest, bodies.Prediction, bodies.FurtherNetwork)
    wanted = (*(choices[one] for one in ("method", "test", "prediction")), (*choices["also"], "all"))
    assert tuple(map(get_args, said)) == wanted


def _printed(folder: Path, *words: str) -> str:
    table = folder / "t.csv"
    table.write_text(TABLE)
    found = CliRunner().invoke(app, ["network", str(table), *words])
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.mark.parametrize("asked", [{}, EVERY])
def test_documents_and_figures_are_what_the_command_writes(site: Site, tmp_path: Path, asked: dict[str, Any]) -> None:
    words = ["--plot", str(tmp_path / "plot.svg"), "--rank-plot", str(tmp_path / "rank-plot.svg"), "--json"]
    fields = [("table", TABLE)]
    for name, value in asked.items():
        option = f"--{name.replace('_', '-')}"
        words += [option] if value is True else [option, ",".join(value) if isinstance(value, list) else value]
        fields += [(name, one) for one in value] if isinstance(value, list) else [(name, str(value))]
    printed = _printed(tmp_path, *words)
    body = {"table": TABLE, **asked} | ({"level": 90} if asked else {})
    assert site.post("/network", [*fields, ("do", "json")]).text == printed
    document = ask(site, "network", body)
    assert document.text == printed and strict(document.body)["treatments"]
    for one in FIGURES:
        drawn = (tmp_path / f"{one}.svg").read_text()
        assert site.post("/network", [*fields, ("do", one)]).text == drawn
        assert strict(ask(site, f"network/{one}", body).body) == {"figure": one, "svg": drawn}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"table": ""}, "Paste a table or choose a file."),
        ({"table": "study,yi,vi\nA,1,1\n"}, "study, treatment, control"),
        ({"reference": "nothing"}, "'nothing' is not a treatment"),
        ({"method": "PM"}, "method 'PM' is not known"),
        ({"test": "knha"}, "test 'knha' is not known"),
        ({"prediction": "X"}, "prediction 'X' is not known"),
        ({"measure": "PLO"}, "PLO"),
        ({"level": "many"}, "write a number such as 95"),
        ({"also": "none"}, "not known"),
        ({"inactive": "usual"}, "inactive is for also components"),
        ({"also": "components", "inactive": "nothing"}, "also components"),
    ],
)
def test_faults_stand_in_a_sentence_beside_what_was_typed(site: Site, fields: dict[str, str], said: str) -> None:
    found = site.post("/network", {"table": TABLE, **fields})
    page = html.unescape(found.text)
    fault = page.partition('role="alert">')[2].partition("</p>")[0]
    assert found.status == 422 and said in fault and "--" not in fault
    assert fields.get("table", TABLE).strip() in page
    assert found.headers["cache-control"] == "no-store"


def test_a_drawing_that_nobody_knows_is_missing(site: Site) -> None:
    found = ask(site, "network/forest", {"table": TABLE})
    assert found.status == 404 and "use plot, rank-plot" in found.text


def _pairs(treatments: int, rows: int) -> str:
    pairs = itertools.islice(itertools.cycle(itertools.combinations(range(treatments), 2)), rows)
    return "study,treatment,control,yi,vi\n" + "".join(f"S{n},t{a},t{b},.1,.1\n" for n, (a, b) in enumerate(pairs))


@pytest.mark.parametrize(("treatments", "rows"), [(5, 201), (21, 200)])
def test_a_network_that_would_keep_others_waiting_is_refused_before_it_begins(
    treatments: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deqi.evidence.table.contrasts.pool_network", lambda *_, **__: pytest.fail("it was begun"))
    studies = read.table(io.BytesIO(_pairs(treatments, rows).encode()), "Your table")
    with pytest.raises(InputError, match=f"{rows} comparisons of {treatments} treatments; here at most 200 of 20"):
        network(NetworkRequest(studies, served=True))


def test_the_largest_network_is_compared(site: Site) -> None:
    found = site.post("/network", {"table": _pairs(20, 200), "also": "league"})
    assert found.status == 200 and "20 treatments" in found.text


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_form_result_and_fault_are_clean(site: Site, browser: Browser, size: tuple[int, int]) -> None:
    with page_at(browser, size, dark=size == PHONE) as page:
        page.goto(f"{site.address}/network")
        for table, what in ((None, "h1"), (TABLE, "#result"), ("nothing", "#fault")):
            if table is not None:
                page.locator("#table").fill(table)
                page.locator("details.further").evaluate("one => { one.open = true }")
                page.locator("input[value=ranks]").check()
                page.get_by_role("button", name="Compare", exact=True).click()
            page.wait_for_selector(what)
            assert axe_faults(page) == []
            assert wider_than_screen(page) == 0
