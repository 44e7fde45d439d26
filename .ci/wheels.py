"""Build the distributions, install the wheel bare and with each extra into empty environments, and use it there.

    python .ci/wheels.py [--spark]

The wheel that people install is what is tried, on the oldest Python that is supported and on every newer one that is
present (their names are printed). ``--spark`` tries the extra ``spark`` too: its source archive is half a gigabyte.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST = (3, 11)
AT_ONCE = 2
"""Environments that are filled and used at the same time."""
PAGES = ("README.md", "examples/README.md", "docs/report.md", "docs/plan.md")
EXAMPLES = ("README.md", "docs/library.md", "docs/evidence/coming-from-metafor.md", "docs/evidence/library.md")
DAY = ("--as-of", "2026-11-24")
NEEDS_A_BROWSER = "pdf"
COMMANDS = (
    "deqi --version", "deqi -h", "deqi report --json", "deqi assess --person examples/person.yaml --json",
    "deqi assess --person examples/person.yaml --plan examples/plan.yaml --sheet", "deqi pool examples/bcg.csv --json",
    "deqi points UB40 --json", "deqi evidence", "deqi claims --json", "deqi sources", "deqi explain H001 --json",
    "deqi knowledge sign-off", "deqi cases run", "deqi demo population 20 -o made",
)  # fmt: skip
EXTRAS: dict[str, Sequence[str]] = {
    "": COMMANDS,
    "screen": (
        "deqi demo population 200 -o export --as-of 2026-11-24",
        "deqi screen export --as-of 2026-11-24 -o tables",
        "deqi screen export --as-of 2026-11-24 --json",
    ),
    "plot": ("python plot.py",),
    "fast": ("python fast.py",),
    "web": ("python site.py",),
    "spark": (
        "deqi demo population 50 -o export --as-of 2026-11-24",
        "deqi screen export --as-of 2026-11-24 --engine spark --master local[2]",
    ),
}
"""Commands tried with each extra; all of them exit with 0 and print something."""
REFUSED = ("deqi screen examples", "deqi serve")
"""Without their extra: one sentence and exit 2."""
SCRIPTS = {
    "plot.py": (
        "from metafit import pool\nfrom metafit.plots import forest_plot\n"
        "fit = pool([0.1, 0.3, -0.2], [0.02, 0.03, 0.05], names=['a', 'b', 'c'])\n"
        "forest_plot(fit).save('forest.png')\nprint(open('forest.png', 'rb').read(4))\n"
    ),
    "fast.py": (
        "import numpy as np\nfrom metafit import pool\n"
        "y, v = np.random.default_rng(1).normal(0, 1, (9, 5)), np.full((9, 5), 0.1)\n"
        "print(abs(pool(y, v).tau2 / pool(y, v, compiled=True).tau2 - 1).max() < 1e-8)\n"
    ),
    "site.py": "from deqi.web.site.wsgi import application\nprint(application)\n",
}


def main() -> int:
    """Build, install, use; 1 when anything fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spark", action="store_true", help="try the extra spark too")
    parser.add_argument("--bare", action="store_true", help="the oldest Python alone, without any extra")
    given = parser.parse_args()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="deqi-wheels-") as name:
        place = Path(name)
        wheel, source = build(place / "dist")
        failures += metadata(wheel)
        pythons = list(interpreters())
        print(f"built {wheel.name} and {source.name}; Pythons: {', '.join(f'3.{minor}' for minor, _ in pythons)}")
        jobs: list[tuple[int, Path, list[str]]] = []
        for minor, python in pythons:
            # Every extra by itself where most people are; together on newer Pythons.
            singles = ["", "screen", "plot", "fast", "web", *(["spark"] if given.spark else [])]
            tried = [[one] for one in singles] if minor == OLDEST[1] else [[""], ["screen", "plot", "fast", "web"]]
            jobs += [(minor, python, extras) for extras in tried[: (minor == OLDEST[1]) if given.bare else None]]
        # An environment waits for the disk about as long as it computes.
        with ThreadPoolExecutor(AT_ONCE) as several:

            def used(job: tuple[int, Path, list[str]]) -> tuple[str, list[str], float]:
                minor, python, extras = job
                begun = time.monotonic()
                found = use(python, wheel, [one for one in extras if one], place / f"{minor}-{'-'.join(extras)}")
                return f"3.{minor} [{','.join(extras)}]", found, time.monotonic() - begun

            for name, found, took in several.map(used, jobs):
                failures += [f"{name}: {one}" for one in found]
                print(f"{name}: {len(found)} failures, {took:.0f} s", *found, sep="\n  ", flush=True)
    print(f"{len(failures)} failures" if failures else "the wheel works in all of them")
    return 1 if failures else 0


def build(folder: Path) -> tuple[Path, Path]:
    """The wheel, made from the source distribution, and the source distribution."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    hatch = "from hatchling.build import build_sdist; import sys; print(build_sdist(sys.argv[1]))"
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", hatch, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (source,) = folder.glob("*.tar.gz")
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel, source


def metadata(wheel: Path) -> list[str]:
    """Both licences are named, the types are marked, and nothing but the two packages is inside."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        written = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    tops = {name.split("/")[0] for name in names}
    wanted = {
        "License-Expression: Apache-2.0 AND CC-BY-4.0": "License-Expression: Apache-2.0 AND CC-BY-4.0" in written,
        "py.typed of both packages": {"deqi/py.typed", "metafit/py.typed"} <= set(names),
        "two packages and their metadata": tops <= {"deqi", "metafit", wheel.name.split("-py3")[0] + ".dist-info"},
    }
    return [f"{wheel.name}: not so: {what}" for what, holds in wanted.items() if not holds]


def interpreters() -> Iterator[tuple[int, Path]]:
    """The oldest supported Python and every newer one that is present."""
    for minor in range(OLDEST[1], OLDEST[1] + 10):
        on_path = shutil.which(f"python3.{minor}")
        kept = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"))
        here = [Path(sys.executable)] if sys.version_info[:2] == (3, minor) else []
        for one in (*here, *kept, *([Path(on_path)] if on_path else [])):
            if subprocess.run([one, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0:
                yield minor, one
                break


def use(python: Path, wheel: Path, extras: list[str], folder: Path) -> list[str]:
    """Install the wheel into an empty environment and run everything; sentences about what failed."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder / "env"], check=True)
    bin_ = folder / "env" / "bin"
    asked = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    # The pip of this environment fills the other one, which stays without any; only what is imported is ever compiled.
    pip = [sys.executable, "-m", "pip", "--python", str(bin_ / "python"), "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "install", "--no-compile", asked], capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"pip install: {done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode}"]
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name, text in SCRIPTS.items():
        (folder / name).write_text(text)
    commands = [one for extra in (extras or [""]) for one in EXTRAS[extra]]
    failures = []
    oldest = python_version(bin_) == OLDEST
    for command in [*commands, *(typed_in_pages() if oldest and not extras else [])]:
        failures += run(command, bin_, folder)
    if not extras:
        for command in REFUSED:
            failures += run(command, bin_, folder, code=2)
        for page in EXAMPLES:
            options = "module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE"
            tested = f"doctest.testfile({str(ROOT / page)!r}, {options})"
            code = f"import doctest, sys; sys.exit({tested}.failed)"
            failures += run(f"python -c {shlex.quote(code)}", bin_, folder, silent=True, called=page)
    shutil.rmtree(folder, ignore_errors=True)
    return failures


def python_version(bin_: Path) -> tuple[int, ...]:
    """The Python of an environment."""
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([bin_ / "python", "-c", code], capture_output=True, text=True, check=True)
    return tuple(map(int, done.stdout.split()))


def typed_in_pages() -> Iterator[str]:
    """Every command of the pages that the bare package runs."""
    for page in PAGES:
        for block in re.findall(
            r"^```(?:console|sh)?\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
        ):
            for line in block.splitlines():
                command = line.removeprefix("$ ").split("  #")[0].strip()
                if command.startswith("deqi ") and "screen" not in command and NEEDS_A_BROWSER not in command:
                    yield command


def run(command: str, bin_: Path, folder: Path, *, code: int = 0, silent: bool = False, called: str = "") -> list[str]:
    """Run a command of the environment."""
    words = shlex.split(command)
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "JAVA_HOME", "TMPDIR")}
    environment = {**kept, "PATH": f"{bin_}:/usr/bin:/bin", "PYTHONWARNINGS": "error::DeprecationWarning:deqi"}
    done = subprocess.run(
        [bin_ / words[0], *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    name = called or command
    if done.returncode != code:
        return [f"{name}: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}"]
    if code == 2 and ("Traceback" in done.stderr or len(done.stderr.strip().splitlines()) != 1):
        return [f"{name}: not one sentence: {done.stderr.strip()[-300:]}"]
    if not code and not silent and not done.stdout.strip():
        return [f"{name}: printed nothing"]
    return []


if __name__ == "__main__":
    sys.exit(main())
