"""What a command can do the page and the address for programs can, too: option by option, choice by choice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from typer.testing import CliRunner

from deqi.api import pooling
from deqi.cli.main import app
from deqi.evidence.table.contrasts import MOST_ROWS_SERVED, MOST_TREATMENTS_SERVED
from deqi.evidence.table.pooled import MOST_COUNTS_SERVED
from deqi.evidence.table.regressed import MOST_ARRANGED_SERVED, MOST_COEFFICIENTS_SERVED, MOST_OF_BOTH_SERVED
from deqi.knowledge import load
from deqi.web.api.bodies import FigureBody
from deqi.web.pooling.asked import MOST_STUDIES
from deqi.web.pooling.figures import MOST_FOR_SUBSETS, SHOWN
from tests.support.doors import Form, options
from tests.support.site import Site
from tests.web.api.test_api import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

TRIALS = (Path(__file__).parents[3] / "examples" / "bcg.csv").read_text()
FIGURES = tuple(one.replace("-", "_") for one in pooling.figures())
ONLY_HERE = "file", "figures"
"""Of the page: a file in place of a pasted table, and the list of figures, of which the command has an option each."""

OF_BOTH = MOST_COEFFICIENTS_SERVED, MOST_OF_BOTH_SERVED
OF_NETWORKS = MOST_ROWS_SERVED, MOST_TREATMENTS_SERVED
BOUNDS: dict[str, tuple[int, ...]] = {
    "web.pool.further.reasons.said": OF_BOTH,
    "web.pool.permutations.said": (MOST_STUDIES, MOST_ARRANGED_SERVED // MOST_STUDIES, MOST_ARRANGED_SERVED // 100),
    "web.pool.figure.gosh": (MOST_FOR_SUBSETS,),
    "web.network.columns": OF_NETWORKS,
    "web.api.part.figure": (MOST_FOR_SUBSETS,),
    "web.api.field.permutations": (MOST_ARRANGED_SERVED,),
    "web.api.field.scale": OF_BOTH,
    "web.api.field.network.table": OF_NETWORKS,
}
SITE_PAGE = (Path(__file__).parents[3] / "docs" / "site.md").read_text()


def _numbers(text: str) -> set[int]:
    return {int(one.replace(",", "")) for one in re.findall(r"\d+(?:,\d{3})*", text)}


@pytest.mark.parametrize("key", BOUNDS)
def test_a_bound_is_said_as_it_holds(key: str) -> None:
    assert set(BOUNDS[key]) <= _numbers(load().texts[key])


def test_the_page_about_the_site_says_every_bound() -> None:
    most = MOST_STUDIES, MOST_ARRANGED_SERVED, MOST_FOR_SUBSETS, MOST_COUNTS_SERVED, *OF_BOTH, *OF_NETWORKS
    assert set(most) <= _numbers(SITE_PAGE)


def test_the_page_has_every_option(site: Site) -> None:
    found = Form(site.get("/pool").text).fields
    drawn = {one.replace("-", "_") for one in (*found["figures"], *SHOWN)}
    assert {*found, *drawn} - {*ONLY_HERE} == {*options("pool")}
    assert {*options("escalc")} <= {*found}  # its effects are the studies of a result, as CSV


def test_the_page_has_every_choice(site: Site) -> None:
    found = Form(site.get("/pool").text).fields
    assert found["method"] == [*pooling.methods()] and found["model"] == [*pooling.models()]
    assert found["glmm"] == [*pooling.mixed_models()] and found["test"] == ["", *pooling.tests()]
    assert found["also"] == ["all", *pooling.checks()] and found["measure"] == ["", *pooling.measures()]


def test_the_address_for_programs_has_every_option(site: Site) -> None:
    fields = {one.name for one in msgspec.structs.fields(FigureBody)}
    assert {*fields, *FIGURES} == {*options("pool")}
    paths = site.get("/api/1/openapi.json").text
    assert all(f'"{one}"' in paths for one in pooling.figures())


PARITY: Mapping[str, tuple[dict[str, Any], list[str]]] = {
    "test": ({"test": "knha"}, ["--test", "knha"]),
    "moderators": ({"moderators": "latitude, Allocation"}, ["--moderators", "latitude, Allocation"]),
    "permutations": ({"permutations": "200"}, ["--permutations", "200"]),
    "permutations of a regression": (
        {"moderators": "latitude", "permutations": "200", "seed": "7"},
        ["--moderators", "latitude", "--permutations", "200", "--seed", "7"],
    ),
    "scale": (
        {"scale": "latitude,allocation", "method": "ML"},
        ["--scale", "latitude,allocation", "--method", "ML"],
    ),
    "all of a regression": (
        {"moderators": "latitude", "scale": "latitude", "permutations": "50", "by": "allocation"},
        ["--moderators", "latitude", "--scale", "latitude", "--permutations", "50", "--by", "allocation"],
    ),
    "checks": (
        {"also": ["cumulative", "egger"], "order": "latitude"},
        ["--also", "cumulative,egger", "--order", "latitude"],
    ),
}
LISTS = "moderators", "scale"


@pytest.mark.parametrize("what", PARITY)
def test_documents_are_what_the_command_prints(site: Site, tmp_path: Path, what: str) -> None:
    chosen, words = PARITY[what]
    printed = _printed(tmp_path, *words, "--json")
    fields = [(name, one) for name, value in chosen.items() for one in (value if isinstance(value, list) else [value])]
    assert site.post("/pool", [("table", TRIALS), ("do", "json"), *fields]).text == printed
    body = {name: value.split(",") if name in LISTS else value for name, value in chosen.items()}
    body |= {name: int(chosen[name]) for name in ("permutations", "seed") if name in chosen}
    assert ask(site, "pool", {"table": TRIALS, **body}).text == printed


def _printed(folder: Path, *words: str) -> str:
    table = folder / "bcg.csv"
    table.write_text(TRIALS)
    found = CliRunner().invoke(app, ["pool", str(table), *words])
    assert found.exit_code == 0, found.output
    return found.stdout


def test_figures_are_what_the_command_draws(site: Site, tmp_path: Path) -> None:
    words = ["--moderators", "latitude", "--order", "latitude", "--favours", "vaccine|control", "--json"]
    files = {one: tmp_path / f"{one}.svg" for one in pooling.figures()}
    for one, path in files.items():
        words += [f"--{one}", str(path)]
    printed = _printed(tmp_path, *words)
    plain = {"table": TRIALS, "order": "latitude", "favours": "vaccine|control"}
    fields = [*plain.items(), ("moderators", "latitude")]
    ticked = [("figures", one) for one in files]
    assert site.post("/pool", [*fields, *ticked, ("do", "json")]).text == printed
    for one, path in files.items():
        drawn = path.read_text()
        found = site.post("/pool", [*fields, ("do", one)])
        assert found.headers["content-disposition"] == f'attachment; filename="pool-{one}.svg"'
        assert found.text == drawn, one
        document = ask(site, f"pool/{one}", plain | {"moderators": ["latitude"]}).text
        assert msgspec.json.decode(document) == {"figure": one, "svg": drawn}
