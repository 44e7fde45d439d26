"""metafit, copied out of the tree with its tests, works where nothing but NumPy and SciPy can be imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = ("unit", "golden", "properties")

# Only what metafit needs and what runs the tests may be imported; everything else that is installed is refused.
CONFTEST = """
import importlib.abc
import importlib.metadata
import sys

from hypothesis import settings

ALLOWED = {
    "numpy", "scipy", "metafit", "tests", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments",
    "hypothesis", "_hypothesis_pytestplugin", "_hypothesis_globals", "_hypothesis_ftz_detector", "sortedcontainers",
    "attr", "attrs", "py",
}


class Refuse(importlib.abc.MetaPathFinder):
    installed = set(importlib.metadata.packages_distributions()) | {"deqi"}

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in self.installed - ALLOWED:
            raise ModuleNotFoundError(f"metafit must do without {top}", name=name)


for name in list(sys.modules):
    if name.partition(".")[0] == "deqi":
        raise RuntimeError("deqi was imported before the tests began")
sys.meta_path.insert(0, Refuse())
settings.register_profile("few", max_examples=5)
settings.load_profile("few")
"""


def test_its_tests_pass_beside_numpy_and_scipy_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src" / "metafit", tmp_path / "metafit", ignore=shutil.ignore_patterns("__pycache__"))
    for kind in KINDS:
        shutil.copytree(ROOT / "tests" / kind / "metafit", tmp_path / "tests" / kind / "metafit")
        (tmp_path / "tests" / kind / "__init__.py").touch()
    (tmp_path / "tests" / "__init__.py").touch()
    shutil.copy(ROOT / "tests" / "golden" / "live_r.py", tmp_path / "tests" / "golden" / "live_r.py")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-x", "tests"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]


def test_it_brings_its_manual_and_its_types() -> None:
    folder = ROOT / "src" / "metafit"
    assert (folder / "py.typed").exists()
    assert "deqi" not in (folder / "README.md").read_text(encoding="utf-8")
