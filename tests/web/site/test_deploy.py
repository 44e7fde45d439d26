"""Django's own check of a production setting finds nothing that is not silenced by name, with its reason."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CHECK = """
import django
django.setup(set_prefix=False)
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
"""


@pytest.mark.parametrize("https", ["yes", "no"])
def test_check_deploy_is_clean(https: str) -> None:
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "deqi.web.site.settings",
        "DEQI_WEB_HTTPS": https,
        "DEQI_WEB_HOSTS": "deqi.example.org",
    }
    done = subprocess.run([sys.executable, "-c", CHECK], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "silenced" in done.stdout
