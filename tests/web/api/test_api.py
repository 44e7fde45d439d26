"""The addresses for programs: the documents of the command line, typed faults, limits, and nothing kept."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from typer.testing import CliRunner

from deqi.api import pooling
from deqi.cli.main import app
from deqi.evidence.table.also import CHECKS
from deqi.evidence.table.pooled import TESTS
from deqi.web.api.bodies import Further, Method, Model, Test
from tests.support.browser import DESK, PHONE, axe_faults, page_at, wider_than_screen
from tests.support.site import Answer, Site, running
from tests.support.valid_files import ANSWERS, PERSON, PLAN, PLANTED, TABLE, resources

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DAY = "2026-11-24"
BUNDLE = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources()]}
POSTS = ("pool", "pool/forest", "network", "network/plot", "assess", "plan")
HUGE = "study,events_t,total_t,events_c,total_c\n" + "A,100000,1000000000,300000,1000000000\n" * 3


def ask(site: Site, place: str, body: Any, **headers: str) -> Answer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.ask(f"/api/1/{place}", "POST", sent, {"Content-Type": "application/json"} | headers)


def strict(data: bytes) -> Any:
    """JSON without the numbers that are none."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(data, parse_constant=refuse)


@pytest.fixture
def printed(tmp_path: Path) -> Callable[..., str]:
    """What a command prints; texts among its words are put in files."""

    def run(*words: str | tuple[str, str]) -> str:
        called = []
        for one in words:
            if isinstance(one, tuple):
                name, text = one
                (tmp_path / name).write_text(text)
                one = str(tmp_path / name)
            called.append(one)
        found = CliRunner().invoke(app, called)
        assert found.exit_code == 0, found.output
        return found.stdout

    return run


@pytest.mark.parametrize(
    ("place", "command"),
    [
        (f"report/diabetic?as_of={DAY}", ["report", "--condition", "diabetic", "--as-of", DAY]),
        (
            f"report/back-pain?as_of={DAY}&sessions=3",
            ["report", "--condition", "back-pain", "--as-of", DAY, "--sessions", "3"],
        ),
        ("points/ST36", ["points", "ST36"]),
        ("points/zusanli", ["points", "zusanli"]),
        ("points?near=sural", ["points", "--near", "sural"]),
        ("points", ["points"]),
        ("sources/witt2009", ["sources", "witt2009"]),
    ],
)
def test_a_look_up_gives_what_the_command_prints(
    site: Site, printed: Callable[..., str], place: str, command: list[str]
) -> None:
    assert site.get(f"/api/1/{place}").text == printed(*command, "--json")


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({}, []),
        ({"measure": "OR", "method": "MH", "level": 90}, ["--measure", "OR", "--method", "MH", "--level", "90"]),
        ({"also": ["all"], "model": "both"}, ["--also", "all", "--model", "both"]),
    ],
)
def test_a_pool_is_what_the_command_prints(
    site: Site, printed: Callable[..., str], asked: dict[str, Any], options: list[str]
) -> None:
    expected = printed("pool", ("table.csv", TABLE), *options, "--json")
    assert ask(site, "pool", {"table": TABLE, **asked}).text == expected


@pytest.mark.parametrize("person", [PERSON, json.dumps(BUNDLE), "\n".join(map(json.dumps, resources()))])
def test_an_assessment_is_what_the_command_prints(site: Site, printed: Callable[..., str], person: str) -> None:
    def unnamed(text: str) -> Any:
        return json.loads(re.sub(r'"origin": "[^"]*"', '"origin": ""', text))

    kind = "ndjson" if "\n{" in person else "yaml" if person is PERSON else "json"
    expected = printed(
        "assess", "--person", (f"person.{kind}", person), "--answers", ("answers.yaml", "answers: {pregnant: no}\n"),
        "--as-of", DAY, "--json",
    )  # fmt: skip
    sent = {"person": person, "answers": {"answers": {"pregnant": "no"}}, "as_of": DAY}
    found = ask(site, "assess", sent)
    assert found.status == 200
    assert unnamed(found.text) == unnamed(expected)
    if kind == "json":
        assert unnamed(ask(site, "assess", sent | {"person": BUNDLE}).text) == unnamed(expected)


@pytest.mark.parametrize("plan", [PLAN, json.loads(PLAN), "protocol:dimitrova-2017"])
def test_a_plan_is_checked(site: Site, printed: Callable[..., str], plan: Any) -> None:
    named = plan if plan == "protocol:dimitrova-2017" else ("plan.yaml", PLAN)
    expected = printed("assess", "--person", ("nobody.yaml", "{}"), "--plan", named, "--as-of", DAY, "--json")
    assert ask(site, "plan", {"plan": plan, "as_of": DAY}).text == expected


def test_no_file_of_this_machine_is_read(site: Site, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    for place, body in (
        ("plan", {"plan": str(tmp_path / "plan.yaml")}),
        ("assess", {"person": str(tmp_path / "plan.yaml")}),
        ("pool", {"table": str(tmp_path / "plan.yaml")}),
    ):
        found = ask(site, place, body)
        assert found.status == 422
        assert PLANTED not in found.text


@pytest.mark.parametrize(
    ("place", "body", "status", "said"),
    [
        ("pool", b"", 400, "no JSON"),
        ("pool", b"{", 400, "no JSON"),
        ("pool", b'{"table": NaN}', 400, "no JSON"),
        ("pool", b'{"table": "\xff"}', 400, "no JSON"),
        ("pool", b'{"table":' + b"[" * 400_000, 422, ""),
        ("pool", b"[]", 422, "expected object"),
        ("pool", {}, 422, "table is missing"),
        ("pool", {"table": 1}, 422, "table: expected str"),
        ("pool", {"table": "", "zq7": 1}, 422, "the names are table, measure"),
        ("pool", {"table": TABLE, "method": "zq7"}, 422, "method: a value that cannot be used"),
        ("pool", {"table": TABLE, "glmm": "zq7"}, 422, "glmm: a value that cannot be used"),
        ("pool", {"table": TABLE, "glmm": "CM.EL"}, 422, "give it with method GLMM"),
        ("pool", {"table": HUGE, "method": "GLMM", "glmm": "CM.EL"}, 422, "more than 20,000; use UM.FS or UM.RS."),
        ("pool", {"table": TABLE, "method": "GLMM", "glmm": "CM.EL", "by": "study"}, 422, "not fitted to subgroups"),
        ("pool", {"table": TABLE, "permutations": 1}, 422, "permutations: expected int"),
        ("pool", {"table": TABLE, "permutations": 4_999_999}, 422, "the most for 4 rows"),
        ("pool", {"table": TABLE, "seed": 1}, 422, "give it with permutations"),
        ("pool", {"table": TABLE, "permutations": 9, "seed": -1}, 422, "seed: expected int"),
        ("pool", {"table": TABLE, "scale": ["zq7"]}, 422, "no column"),
        ("pool", {"table": TABLE, "scale": "study"}, 422, "scale: expected"),
        ("pool/labbe", {"table": "study,yi,vi\nA,1,1\n"}, 422, "labbe needs the events and people of two arms"),
        ("pool/bubble", {"table": TABLE}, 422, "name one column of numbers"),
        ("pool/forest", {"table": TABLE, "figures": []}, 422, "order, permutations, seed, scale, favours"),
        ("pool/zq7", {"table": TABLE}, 404, "use forest, funnel, bubble"),
        ("pool", {"table": TABLE, "level": 100}, 422, "level: expected float"),
        ("pool", {"table": TABLE, "measure": "zq7"}, 422, "measure"),
        ("pool", {"table": TABLE, "by": "zq7"}, 422, "no column"),
        ("pool", {"table": "a,b\n1,2\n"}, 422, "Your table"),
        ("pool", {"table": TABLE + "A,1,20,3,22\n" * 1_001}, 422, "at most"),
        ("pool", b'{"table": "", "table": ""}', 422, "stands twice"),
        ("assess", b'{"person": {"sex": "male", "sex": "female"}}', 422, "stands twice"),
        ("assess", {"person": []}, 422, "person: expected"),
        ("assess", {"person": {}, "as_of": "24 Nov"}, 422, "as_of"),
        ("assess", {"person": {}, "as_of": "0001-01-01"}, 422, "years 1900 to 2200"),
        ("assess", {"person": {"zq7": 1}}, 422, "person"),
        ("plan", {"plan": {"needlings": []}}, 422, "needlings"),
        ("plan", {"plan": "protocol:zq7"}, 422, "no such protocol"),
    ],
)
def test_a_fault_is_a_problem_of_one_sentence(site: Site, place: str, body: Any, status: int, said: str) -> None:
    found = ask(site, place, body)
    problem = strict(found.body)
    assert (found.status, problem["status"]) == (status, status)
    assert found.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail"}
    assert said in problem["detail"] and "\n" not in problem["detail"] and "--" not in problem["detail"]
    assert "zq7" not in problem["detail"] or place.startswith("pool")


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("report/none", 404),
        ("points/XX1", 404),
        ("points?near=none", 404),
        ("sources/none", 404),
        ("none", 404),
        ("", 404),
        ("points?x=1", 422),
        ("points/ST36?q=ST36", 422),
        ("points?q=a&q=b", 422),
        ("points?q=", 422),
        ("report/hiv?sessions=0", 422),
        ("report/hiv?sessions=1e1", 422),
        ("report/hiv?sessions=null", 422),
        ("report/hiv?as_of=yesterday", 422),
        ("pool", 405),
    ],
)
def test_a_wrong_address_is_a_problem(site: Site, place: str, status: int) -> None:
    found = site.get(f"/api/1/{place}")
    assert (found.status, strict(found.body)["status"]) == (status, status)
    assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
def test_another_media_type_is_refused(site: Site, media: str) -> None:
    assert ask(site, "pool", {"table": TABLE}, **{"Content-Type": media}).status == 415


@pytest.mark.parametrize("place", POSTS)
def test_other_sites_cannot_call_it(site: Site, place: str) -> None:
    for head in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        found = ask(site, place, {}, **head)
        assert found.status == 403
        assert not [name for name in found.headers if name.startswith("access-control")]
    before = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    asked = site.ask(f"/api/1/{place}", "OPTIONS", None, before)
    assert asked.status == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]


def test_methods_that_are_allowed_are_named(site: Site) -> None:
    assert site.ask("/api/1/points", "DELETE").headers["allow"] == "GET, HEAD"
    assert site.ask("/api/1/pool", "PUT").headers["allow"] == "POST"
    assert site.ask("/api/1/points/ST36", "HEAD").status == 200


def test_what_is_about_a_person_is_kept_by_nobody(site: Site) -> None:
    for place, body in (("pool", {"table": TABLE}), ("assess", {"person": PERSON}), ("plan", {"plan": PLAN})):
        found = ask(site, place, body, **{"Accept-Encoding": "br"})
        assert found.status == 200
        assert found.headers["cache-control"] == "no-store"
        assert not {"content-encoding", "etag", "set-cookie"} & set(found.headers)


def test_what_is_about_nobody_is_kept_and_compressed(site: Site) -> None:
    first = site.get("/api/1/points", {"Accept-Encoding": "br"})
    assert first.headers["content-encoding"] == "br"
    again = site.get("/api/1/points", {"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]})
    assert again.status == 304


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with running(tmp_path, {"DEQI_WEB_REQUESTS_PER_MINUTE": "1"}) as site:
        site.get("/points/ST36")  # the first of all loads the knowledge, which may take longer than a bucket to fill
        found = [site.get("/api/1/points/ST36") for _ in range(2)]
        assert [one.status for one in found] == [200, 429]
        assert 1 <= int(found[1].headers["retry-after"]) <= 60
        assert strict(found[1].body)["status"] == 429
        assert ask(site, "pool", {"table": TABLE}).status == 429
        assert site.get("/").status == 200


def test_the_choices_are_those_of_the_verbs() -> None:
    assert get_args(Method) == pooling.methods()
    assert get_args(Model) == pooling.models()
    assert get_args(Test) == TESTS
    assert get_args(Further) == (*CHECKS, "all")


def test_the_description_names_every_address(site: Site) -> None:
    found = strict(site.get("/api/1/openapi.json").body)
    assert found["openapi"] == "3.1.0"
    assert set(found["paths"]) == {
        *(f"/api/1/{place}" for place in ("pool", "pool/{figure}", "network", "network/{drawing}", "assess", "plan")),
        *("/api/1/report/{topic}", "/api/1/points", "/api/1/points/{code}", "/api/1/sources/{name}"),
        "/api/1/openapi.json",
    }
    for methods in found["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert {"200", "405", "422", "429"} <= set(operation["responses"])


def test_each_example_of_the_page_is_what_comes_back(site: Site) -> None:
    """The requests are read from the page as a reader would copy them, and sent."""
    page = site.get("/api").text
    shown = [html.unescape(one) for one in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]
    requests, answers = shown[::2], shown[1::2]
    assert len(requests) == len(strict(site.get("/api/1/openapi.json").body)["paths"])
    for request, expected in zip(requests, answers, strict=True):
        head, _, body = request.partition("\n\n")
        method, place = head.splitlines()[0].split(" ")
        sent = {"Content-Type": "application/json"} if body else {}
        found = site.ask(place, method, body.encode() if body else None, sent)
        assert found.status == 200, request
        lines = expected.splitlines()
        assert found.text.splitlines()[: len(lines) - 1] == lines[:-1]
        assert lines[-1] in ("...", found.text.splitlines()[-1])
        strict(found.body)


def test_a_table_without_an_answer_has_no_number_that_is_none(site: Site) -> None:
    for table in (
        "study,yi,vi\nA,1,1\n",
        "study,yi,vi\nA,0,1e-300\nB,0,1e300\n",
        "study,yi,vi\nA,1e308,1\nB,-1e308,1\n",
    ):
        found = ask(site, "pool", {"table": table, "also": ["all"]})
        assert found.status in (200, 422)
        strict(found.body)


def test_planted_answers_are_nowhere(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with running(tmp_path, {"HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}) as site:
        for place, body in (
            ("pool", {"table": TABLE.replace("A,", f"{PLANTED},")}),
            ("pool", {"table": PLANTED}),
            ("assess", {"person": PERSON, "answers": ANSWERS}),
            ("assess", {"person": BUNDLE}),
            ("assess", {"person": PLANTED}),
            ("plan", {"plan": PLAN, "person": PERSON}),
            ("plan", {"plan": PLANTED}),
            (PLANTED, {PLANTED: PLANTED}),
        ):
            found = ask(site, place, body)
            assert found.status < 500
            assert PLANTED not in str(found.headers)
        site.get(f"/api/1/points?q={PLANTED}")
        site.get(f"/api/1/{PLANTED}/{PLANTED}?{PLANTED}={PLANTED}")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if PLANTED.encode() in path.read_bytes()] == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_clean(site: Site, browser: Browser, size: tuple[int, int], dark: bool) -> None:
    with page_at(browser, size, dark=dark) as page:
        page.goto(f"{site.address}/api")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert axe_faults(page) == []
        assert wider_than_screen(page) == 0


def test_documents_hold_to_their_own_types(site: Site) -> None:
    from deqi.web.api.documents import PoolDocument

    found = ask(site, "pool", {"table": TABLE, "also": ["all"], "model": "both"})
    assert msgspec.json.decode(found.body, type=PoolDocument).k == 4
