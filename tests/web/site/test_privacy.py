"""Planted answers are found in no log, address, cookie, storage or file; nothing calls out; the end is graceful."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import page_at
from tests.support.site import Site, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MARK = "zq7"
GUARD = """
import socket, sys
_connect = socket.socket.connect
def connect(self, address, *more):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        sys.stderr.write("OUTGOING %r\\n" % (address,))
    return _connect(self, address, *more)
socket.socket.connect = connect
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A site of its own: its home, its temporary files and its connections are watched."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "sitecustomize.py").write_text(GUARD)
    (folder / "tmp").mkdir()
    variables = {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", "")))),
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
    }
    with running(folder, variables) as site:
        yield site, folder


def test_planted_answers_are_nowhere(guarded: tuple[Site, Path], browser: Browser) -> None:
    site, folder = guarded
    chart = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": f"{MARK}-id", "gender": "male", "birthDate": "1941-07-07"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "id": f"{MARK}-condition",
                    "subject": {"reference": f"Patient/{MARK}-id"},
                    "code": {"text": f"{MARK} pacemaker"},
                }
            },
        ],
    }
    addresses: list[str] = []
    with page_at(browser) as page:
        page.on("request", lambda request: addresses.append(request.url))
        page.goto(f"{site.address}/ask")
        page.locator("summary").click()
        upload = {"name": f"{MARK}.json", "mimeType": "application/json", "buffer": json.dumps(chart).encode()}
        page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
        with page.expect_navigation():
            page.get_by_role("button", name="Read it").click()
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    site.post("/ask", [("given", f"cancer-now={MARK}")])
    site.post("/ask", [("question", "date-of-birth"), ("value", f"{MARK}"), ("do", "next")])
    site.get(f"/find?q={MARK}")
    assert not [one for one in addresses if MARK in one]
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "sitecustomize.py":
            assert MARK.encode() not in path.read_bytes(), path
            assert b"1941-07-07" not in path.read_bytes(), path
    assert list((folder / "tmp").iterdir()) == []
    assert "OUTGOING" not in site.log.read_text()


def test_it_ends_when_told_to_and_says_nothing_of_anybody(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        site.get("/")
        os.kill(site.pid, signal.SIGTERM)
        for _ in range(100):
            try:
                os.kill(site.pid, 0)
                os.waitpid(site.pid, os.WNOHANG)
            except (ProcessLookupError, ChildProcessError):
                break
    assert "Traceback" not in site.log.read_text()


@pytest.mark.parametrize(
    "typed",
    [
        "<img src=x onerror=alert(1)>",
        "{{7*7}}",
        "' or 1=1 --",
        "../../etc/passwd",
        "\u202egnp.exe",
        "%0d%0aSet-Cookie:a=b",
    ],
)
def test_what_is_typed_is_only_text(site: Site, typed: str) -> None:
    from urllib.parse import quote

    found = site.get(f"/find?q={quote(typed)}")
    assert found.status == 200
    assert "<img src=x" not in found.text
    assert "49" not in found.text.partition("<main")[2].partition("</form>")[0]
    assert "set-cookie" not in found.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_do_nothing(site: Site, method: str) -> None:
    head = {"Origin": site.address, "Sec-Fetch-Site": "same-origin"}
    assert site.ask("/", method, None, head).status in (200, 400, 403, 405, 501)
    assert site.ask("/ask", method, None, head).status in (200, 400, 403, 405, 501)
