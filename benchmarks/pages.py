"""Pages of the site under Lighthouse: performance, accessibility, best practices, search engines; 95 of 100 is the aim.

Needs Node 20 and chromium; Lighthouse itself is fetched by its hashes (`lighthouse/package-lock.json`) into `build/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.site import running

HERE = Path(__file__).parent / "lighthouse"
TOOLS = Path("build") / "lighthouse"
PAGES = (
    "/", "/t/diabetic", "/t/diabetic/benefits", "/t/neuropathy/compare", "/claims", "/ask", "/e/trial/schroeder2007",
)  # fmt: skip
KINDS = ("performance", "accessibility", "best-practices", "seo")
AIM = 95


def main() -> None:
    """Print the four scores of each page."""
    tool = _installed()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site:
        print("  " + "page".ljust(26) + "".join(kind.rjust(16) for kind in KINDS))
        for page in PAGES:
            site.get(page)
            scores = _scores(tool, site.address + page)
            low = "" if min(scores) >= AIM else f"  below {AIM}"
            print("  " + page.ljust(26) + "".join(f"{score:16d}" for score in scores) + low)


def _installed() -> Path:
    tool = TOOLS / "node_modules" / ".bin" / "lighthouse"
    if not tool.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, TOOLS / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=TOOLS, check=True)
    return tool.resolve()


def _scores(tool: Path, address: str) -> list[int]:
    done = subprocess.run(
        [
            str(tool), address, "--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox",
            f"--only-categories={','.join(KINDS)}",
        ],
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)["categories"]
    return [round(100 * found[kind]["score"]) for kind in KINDS]
