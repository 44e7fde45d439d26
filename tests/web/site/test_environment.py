"""Settings that are unclear are refused in one sentence."""

from __future__ import annotations

import pytest

from deqi.errors import InputError
from deqi.web.site.environment import Environment, read_environment


def test_without_settings_the_site_is_for_this_machine() -> None:
    assert read_environment({"PATH": "/bin"}) == Environment()
    assert Environment().address == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DEQI_WEB_PROT", "80", "no setting"),
        ("DEQI_WEB_PORT", "eighty", "whole number"),
        ("DEQI_WEB_PORT", "0", "whole number"),
        ("DEQI_WEB_PORT", "٨٠", "whole number"),
        ("DEQI_WEB_HTTPS", "true", "yes or no"),
        ("DEQI_WEB_HOSTS", "*", "host names"),
        ("DEQI_WEB_HOSTS", "", "host names"),
        ("DEQI_WEB_ADDRESS", "localhost", "IP address"),
        ("DEQI_WEB_ADDRESS", "0.0.0.0", "HOSTS"),
    ],
)
def test_unclear_settings_are_refused(name: str, value: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_environment({name: value})


def test_a_public_site_names_its_hosts() -> None:
    found = read_environment({"DEQI_WEB_ADDRESS": "0.0.0.0", "DEQI_WEB_HOSTS": "deqi.example.org, www.example.org"})
    assert found.hosts == ("deqi.example.org", "www.example.org")
