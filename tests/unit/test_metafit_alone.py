"""metafit, copied out of the tree with its tests, works where nothing but NumPy and SciPy can be imported.

All of its tests run in their own places; run twice, they would prove nothing more of the numbers. Here all of them are
imported, the unit tests are run, and no module of metafit asks for anything that it must do without.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = ("unit", "golden", "properties")
OPTIONAL = {
    "display/frames.py": {"pandas"},
    "inverse_variance/compiled.py": {"numba"},
    "plots/render.py": {"matplotlib"},
}
"""What is asked for only by whoever asks for it."""

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


def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[one for one in items if "/unit/" not in one.path.as_posix()])
    items[:] = [one for one in items if "/unit/" in one.path.as_posix()]
"""


def test_no_module_asks_for_more_than_numpy_and_scipy() -> None:
    folder = ROOT / "src" / "metafit"
    asked: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [(node.module or "") if not node.level else "metafit"]
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names:
                if top not in ("metafit", "numpy", "scipy"):
                    asked.setdefault(path.relative_to(folder).as_posix(), set()).add(top)
    assert asked == OPTIONAL


def test_its_unit_tests_pass_beside_numpy_and_scipy_alone(tmp_path: Path) -> None:
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
    last = done.stdout.splitlines()[-1]
    assert " passed" in last and " deselected" in last, last


def test_it_brings_its_manual_and_its_types() -> None:
    folder = ROOT / "src" / "metafit"
    assert (folder / "py.typed").exists()
    assert "deqi" not in (folder / "README.md").read_text(encoding="utf-8")
