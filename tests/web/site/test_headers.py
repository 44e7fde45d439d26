"""Every answer carries the pinned headers; nothing personal is kept; other sites cannot send forms."""

from __future__ import annotations

import pytest

from deqi.web.site.headers import PINNED
from tests.support.site import Site

PLACES = ("/", "/health", "/nothing-here", "/t/diabetic", "/pool", "/api", "/api/1/points/ST36", "/api/1/nothing")


@pytest.mark.parametrize("place", PLACES)
def test_headers_are_pinned(site: Site, place: str) -> None:
    found = site.get(place)
    assert {name: found.headers[name.lower()] for name in PINNED} == PINNED
    assert "set-cookie" not in found.headers
    assert "cache-control" in found.headers


def test_policy_is_the_strict_one() -> None:
    policy = PINNED["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_forms_from_elsewhere_are_refused(site: Site, headers: dict[str, str], status: int) -> None:
    assert site.ask("/", "POST", b"a=1", headers).status == status


def test_other_hosts_are_refused(site: Site) -> None:
    assert site.get("/", {"Host": "elsewhere.example"}).status == 400


def test_large_bodies_are_refused_before_they_are_read(site: Site) -> None:
    head = {"Content-Length": str(10**9), "Origin": site.address}
    assert site.ask("/", "POST", b"", head).status == 413


@pytest.mark.parametrize("path", ["/static/../../etc/passwd", "/t/..%2f..%2fetc", "/t/%00", "/%ff"])
def test_paths_lead_nowhere(site: Site, path: str) -> None:
    assert site.get(path).status in (400, 404)


@pytest.mark.parametrize("coding", ["br", "gzip", "identity", "br;q=0, gzip"])
def test_compressed_pages_say_so(site: Site, coding: str) -> None:
    found = site.get("/", {"Accept-Encoding": coding})
    assert found.headers.get("content-encoding", "identity") == coding.split()[-1]
    known = site.get("/", {"Accept-Encoding": coding, "If-None-Match": found.headers["etag"]})
    assert (known.status, known.body) == (304, b"")


def test_nothing_a_person_typed_is_logged(site: Site) -> None:
    site.get("/?q=zq7-query")
    site.get("/zq7-path")
    site.post("/zq7-form", {"answer": "zq7-answer"})
    assert "zq7" not in site.log.read_text()
