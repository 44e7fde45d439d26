"""A table of one's own: what the command line gives, faults beside the form, files by POST, and nothing kept."""

from __future__ import annotations

import csv
import html
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deqi.api import PoolRequest, read
from deqi.api import pool as pool_studies
from deqi.cli.main import app
from deqi.errors import InputError
from deqi.web.pooling.asked import MOST_STUDIES, text_of
from deqi.web.site.sentences import without_dashes
from metafit import pool
from tests.support.browser import DESK, PHONE, axe_faults, page_at, tab_to, wider_than_screen
from tests.support.site import Answer, Site, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TABLE = """study,events_t,total_t,events_c,total_c,kind
Garden 2001,12,40,6,41,a
Meadow 2008,21,60,13,58,a
Orchard 2015,9,33,8,35,b
Pasture 2019,0,85,17,84,b
"""
MARK = "zq7-study"


def _ask(site: Site, table: str = TABLE, do: str = "pool", **more: str) -> Answer:
    return site.post("/pool", {"table": table, "do": do, **more})


def _upload(site: Site, name: str, data: bytes) -> Answer:
    edge = "edge-of-a-part"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    sent = {"Content-Type": f"multipart/form-data; boundary={edge}", "Origin": site.address}
    return site.ask("/pool", "POST", head + data + f"\r\n--{edge}--\r\n".encode(), sent)


@pytest.mark.parametrize(
    ("chosen", "options"),
    [
        ({}, []),
        ({"measure": "OR", "method": "GLMM", "level": "90"}, ["--measure", "OR", "--method", "GLMM", "--level", "90"]),
        (
            {"measure": "OR", "method": "GLMM", "glmm": "CM.EL"},
            ["--measure", "OR", "--method", "GLMM", "--glmm", "CM.EL"],
        ),
        ({"glmm": "CM.EL"}, []),  # of another method the choice of a mixed model says nothing
        ({"model": "both", "by": "kind"}, ["--model", "both", "--by", "kind"]),
        ({"also": "all"}, ["--also", "all"]),
    ],
)
def test_json_is_what_the_command_prints(
    site: Site, tmp_path: Path, chosen: dict[str, str], options: list[str]
) -> None:
    from typer.testing import CliRunner

    table = tmp_path / "studies.csv"
    table.write_text(TABLE)
    printed = CliRunner().invoke(app, ["pool", str(table), *options, "--json"])
    assert printed.exit_code == 0
    assert _ask(site, do="json", **chosen).text == printed.stdout


def test_page_says_what_the_command_says(site: Site) -> None:
    page = html.unescape(_ask(site).text)
    found = json.loads(_ask(site, do="json").body)
    assert f"{found['estimate_natural']:.4g}" in page
    assert all(without_dashes(one) in page for one in found["warnings"])
    assert page.count("<svg") == 4  # forest and funnel, wide and narrow


def test_csv_can_be_pooled_again(site: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(_ask(site, do="csv").text)))
    found = json.loads(_ask(site, do="json").body)
    fit = pool([float(row["yi"]) for row in rows], [float(row["vi"]) for row in rows])
    assert float(fit.estimate) == pytest.approx(found["estimate"], rel=1e-12)
    assert [row["study"] for row in rows] == [one["study"] for one in found["studies"]]


@pytest.mark.parametrize("kind", ["forest", "funnel"])
def test_plots_are_files(site: Site, kind: str) -> None:
    found = _ask(site, do=kind)
    assert found.headers["content-type"] == "image/svg+xml"
    assert found.headers["content-disposition"] == f'attachment; filename="pool-{kind}.svg"'
    assert found.text.startswith("<svg")


@pytest.mark.parametrize("do", ["pool", "json", "csv", "forest", "nothing"])
def test_nobody_keeps_an_answer(site: Site, do: str) -> None:
    found = _ask(site, do=do)
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-robots-tag"] == "noindex"
    assert not {"content-encoding", "set-cookie", "etag"} & set(found.headers)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_is_read_in_any_usual_coding(site: Site, coding: str) -> None:
    mark = "\ufeff" if coding == "utf-16-be" else ""
    found = _upload(site, "studies.csv", (mark + TABLE.replace("Garden", "Gärten")).encode(coding))
    assert found.status == 200
    assert "Gärten 2001" in found.text


def test_a_file_of_no_text_is_said(site: Site) -> None:
    found = _upload(site, "studies.xlsx", b"PK\x03\x04\xff\xfe\x00\x00")
    assert found.status == 422
    assert "save the table as CSV" in found.text
    assert text_of(TABLE.encode()) == TABLE


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"table": ""}, "Paste a table or choose a file."),
        ({"table": "study,yi,vi\nA,1,x\n"}, "row 2"),
        ({"table": "a,b\n1,2\n"}, "Your table"),
        ({"level": "many"}, "write a number such as 95"),
        ({"level": "nan"}, "level"),
        ({"level": "inf"}, "level"),
        ({"level": "-3"}, "level must lie between"),
        ({"method": "NONE"}, "method"),
        ({"model": "none"}, "model"),
        ({"measure": "XX"}, "measure"),
        ({"method": "GLMM", "glmm": "none"}, "give it with method GLMM"),
        ({"method": "GLMM", "glmm": "CM.EL", "by": "kind"}, "not fitted to subgroups"),
        ({"method": "GLMM", "glmm": "CM.EL", "measure": "RR"}, "does not pool RR"),
        ({"by": "nothing"}, "no column"),
        ({"table": "study,yi,vi\n" + "A,1,1\n" * (MOST_STUDIES + 1)}, "at most"),
        ({"test": "none"}, "test"),
        ({"method": "MH", "test": "knha"}, "test knha does not go with method MH"),
        ({"moderators": "kind,nothing"}, "no column 'nothing'"),
        ({"method": "MH", "moderators": "kind"}, "moderators does not go with method MH"),
        ({"permutations": "many"}, "Permutations: write a whole number"),
        ({"permutations": "2.5"}, "Permutations: write a whole number"),
        ({"permutations": "1"}, "write a number from 2 to"),
        ({"permutations": "99999999"}, "write a number from 2 to"),
        ({"permutations": "1250001"}, "2 to 1,250,000, the most for 4 rows; 1000 is usual"),
        ({"permutations": "625001", "moderators": "kind"}, "2 to 625,000, the most for 4 rows and the 2 coef"),
        ({"method": "PETO", "permutations": "10"}, "permutations does not go with method PETO"),
        ({"seed": "3"}, "give it with permutations"),
        ({"permutations": "10", "seed": "-1"}, "write a whole number such as 1."),
        ({"scale": "nothing"}, "no column 'nothing'"),
        ({"scale": "kind", "method": "DL"}, "scale does not go with method DL"),
        ({"also": "eggr"}, "not known"),
        ({"also": "cumulative", "order": "nothing"}, "no column 'nothing'"),
        ({"figures": "nothing"}, "Figures: not known"),
    ],
)
def test_faults_stand_in_a_sentence_beside_what_was_typed(site: Site, fields: dict[str, str], said: str) -> None:
    sent = {"table": TABLE, **fields}
    found = site.post("/pool", sent)
    page = html.unescape(found.text)
    assert found.status == 422
    fault = page.partition('role="alert">')[2].partition("</p>")[0]
    assert said in fault and "--" not in fault
    for name, value in sent.items():
        kept = page.partition("<textarea")[2].partition("</textarea>")[0] if name == "table" else page
        assert value.strip() in kept or name in ("method", "model", "measure", "glmm", "test", "also", "figures")


def test_what_is_typed_is_only_text(site: Site) -> None:
    typed = "study,yi,vi\n</textarea><script>alert(1)</script>,1,1\n{{7*7}},2,1\n"
    found = _ask(site, typed)
    assert found.status == 200
    assert "<script>alert" not in found.text and "&lt;script&gt;" in found.text
    assert "{{7*7}}" in found.text


@pytest.mark.parametrize("method", ["REML", "GLMM", "HE"])
def test_the_largest_table_is_pooled(site: Site, method: str) -> None:
    rows = "".join(f"S{n},{1 + n % 19},50,{1 + n * 7 % 23},50\n" for n in range(MOST_STUDIES))
    found = _ask(site, f"study,events_t,total_t,events_c,total_c\n{rows}", measure="OR", method=method)
    assert found.status == 200


@pytest.mark.parametrize(("studies", "people"), [(1, 10**9), (3, 10_000), (MOST_STUDIES, 50_000)])
def test_a_sum_over_very_many_counts_is_refused_at_once(site: Site, studies: int, people: int) -> None:
    """Such a table once took the memory of the machine."""
    rows = "".join(f"S{n},{people // 2},{people},{people // 3},{people}\n" for n in range(studies))
    found = _ask(site, f"study,events_t,total_t,events_c,total_c\n{rows}", method="GLMM", glmm="CM.EL")
    fault = html.unescape(found.text).partition('role="alert">')[2].partition("</p>")[0]
    assert found.status == 422 and "more than 20,000; use UM.FS or UM.RS." in fault and "--" not in fault


def test_the_largest_sum_over_counts_is_pooled(site: Site) -> None:
    rows = "".join(f"S{n},{1 + n % 9},19,{1 + n * 7 % 11},19\n" for n in range(MOST_STUDIES))  # 20 counts each
    found = _ask(site, f"study,events_t,total_t,events_c,total_c\n{rows}", method="GLMM", glmm="CM.EL")
    assert found.status == 200 and "CM.EL" in found.text


def _wide(columns: int, words: int) -> str:
    """The largest table, with columns of words."""
    names = ",".join(f"w{c}" for c in range(columns))
    rows = (f"S{n},{n % 7 / 10},{1 + n % 5},{','.join(f'a{(n + c) % words}' for c in range(columns))}\n"
            for n in range(MOST_STUDIES))  # fmt: skip
    return f"study,yi,vi,{names}\n{''.join(rows)}"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"permutations": "5001"}, "2 to 5,000, the most for 1,000 rows"),
        ({"permutations": "101", "moderators": "w0"}, "2 to 100, the most for 1,000 rows and the 50 coefficients"),
        ({"moderators": "w0,w1"}, "make 99 coefficients, and here at most 50 are fitted"),
        ({"moderators": "w0", "scale": "w0"}, "make 100 coefficients, and here at most 24 are fitted"),
        ({"scale": ",".join(f"w{c}" for c in range(18))}, "make 883 coefficients"),
    ],
)
def test_what_would_keep_others_waiting_is_refused_before_it_begins(
    asked: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eighteen columns of words once took a minute and six gigabytes."""

    def begun(*_: object, **__: object) -> None:
        pytest.fail("it was begun")

    for work in ("deqi.evidence.table.pooled.pool", "deqi.evidence.table.parts.regress"):
        monkeypatch.setattr(work, begun)
    studies = read.table(io.BytesIO(_wide(18, 50).encode()), "Your table")
    lists = {name: tuple(value.split(",")) for name, value in asked.items() if name != "permutations"}
    request = PoolRequest(studies, permutations=int(asked.get("permutations", 0)) or None, served=True, **lists)  # type: ignore[arg-type]  # by name
    with pytest.raises(InputError, match=said):
        pool_studies(request)


def test_the_most_that_is_not_refused_is_answered(site: Site) -> None:
    found = _ask(site, _wide(1, 50), permutations="100", moderators="w0")
    assert found.status == 200 and "p by permutation" in found.text
    found = _ask(site, _wide(1, 48), scale="w0", permutations="5000")
    assert found.status == 200 and "5000 changes of sign" in found.text


@pytest.mark.parametrize(
    ("table", "figure", "said"),
    [
        ("study,yi,vi\nA,1,1\nB,2,1\nC,2,2\n", "labbe", "labbe needs the events and people of two arms"),
        ("study,yi,vi\nA,1,1\nB,2,1\n", "baujat", "this figure needs three studies"),
        (TABLE, "bubble", "name one column of numbers with moderators"),
        ("study,yi,vi\n" + "A,1,1\n" * 301, "gosh", "of at most 300 studies here"),
    ],
)
def test_a_figure_that_cannot_be_drawn_leaves_the_pool_as_it_is(site: Site, table: str, figure: str, said: str) -> None:
    page = html.unescape(_ask(site, table, figures=figure).text)
    part = page.partition(f'id="figure-{figure}"')[2].partition("</section>")[0]
    assert said in part and "--" not in part and "<svg" not in part and 'id="whole"' in page
    assert f'value="{figure}" class="quiet"' not in page
    file = _ask(site, table, do=figure)
    assert file.status == 422 and said in html.unescape(file.text)


def test_a_figure_that_was_ticked_stands_on_the_page(site: Site) -> None:
    page = html.unescape(_ask(site, figures="baujat", favours="with needles|without").text)
    assert page.count("<svg") == 6 and "Baujat plot (SVG)" in page
    assert "with needles" in page.partition('id="result"')[2]


@pytest.mark.parametrize(
    ("asked", "is_open"),
    [({}, False), ({"measure": "OR", "by": "kind", "also": "all"}, False), ({"scale": "x"}, True),
     ({"level": "90"}, True), ({"also": "egger"}, True), ({"figures": "radial"}, True)],
)  # fmt: skip
def test_further_choices_are_folded_until_one_is_made(site: Site, asked: dict[str, str], is_open: bool) -> None:
    assert ('<details class="further" open>' in _ask(site, **asked).text) is is_open
    assert '<details class="further">' in site.get("/pool").text


def test_a_table_is_nowhere_afterwards(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with running(tmp_path, {"HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}) as site:
        for table in (TABLE.replace("Garden", MARK), f"{MARK},yi\n{MARK},1\n"):
            for do in ("pool", "json"):
                found = _ask(site, table, do)
                assert MARK not in str(found.headers)
        _upload(site, f"{MARK}.csv", TABLE.replace("Garden", MARK).encode())
        assert MARK not in site.get("/pool").text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if MARK.encode() in path.read_bytes()] == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_without_script_by_keyboard(site: Site, browser: Browser, size: tuple[int, int]) -> None:
    with page_at(browser, size, script=False) as page:
        page.goto(site.address)
        tab_to(page, "main a[href='/pool']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/pool")
        tab_to(page, "#table")
        page.keyboard.insert_text(TABLE)
        tab_to(page, "button[value=pool]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#result")
        assert page.locator("#result svg:visible").count() == 2
        assert page.context.cookies() == []
        with page.expect_download() as waited:
            tab_to(page, "button[value=csv]")
            page.keyboard.press("Enter")
        assert waited.value.suggested_filename == "pool-csv.csv"


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (PHONE, True), (DESK, False), (DESK, True)])
def test_form_result_and_fault_are_clean(site: Site, browser: Browser, size: tuple[int, int], dark: bool) -> None:
    with page_at(browser, size, dark=dark) as page:
        page.goto(f"{site.address}/pool")
        for table, what in ((None, "h1"), (TABLE, "#result"), ("nothing", "#fault")):
            if table is not None:
                page.locator("#table").fill(table)
                page.locator("input[name=also][value=all]").check()
                page.locator("details.further").evaluate("one => { one.open = true }")
                page.locator("input[value=baujat]").check()
                page.locator("#permutations").fill("100")
                page.get_by_role("button", name="Pool", exact=True).click()
            page.wait_for_selector(what)
            assert axe_faults(page) == []
            assert wider_than_screen(page) == 0
