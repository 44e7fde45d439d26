"""A site that lets a test ask as often as it likes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.site import Site, running


@pytest.fixture(scope="package")
def patient_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("api"), {"DEQI_WEB_REQUESTS_PER_MINUTE": "1000000"}) as found:
        yield found
