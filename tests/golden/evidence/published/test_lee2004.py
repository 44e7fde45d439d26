"""A published acupuncture pool, end to end: from the printed study rows to the interval in the Cochrane abstract.

Lee and Done 2004 (CD003281.pub2): stimulation of the point P6 against sham, nausea after operations, 16 trials. The
abstract prints a risk ratio of 0.72 (0.59 to 0.89), random effects. The rows are those of the R package metadat
(``dat.lee2004``). RevMan's random effects took Q about the Mantel-Haenszel estimate, DerSimonian and Laird about the
inverse-variance one: the second decimal of the estimate differs for that reason, the interval does not.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from scipy import stats

from deqi.knowledge import load
from deqi.knowledge.tables.evidence import PublishedPool
from tests.cli.run import run

TABLE = Path(__file__).parent / "lee2004.csv"
Z = float(stats.norm.ppf(0.975))


def test_the_command_gives_the_published_interval(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "pool", str(TABLE), "--measure", "RR", "--method", "DL", "--test", "z", "--json")
    assert (done.code, done.err) == (0, "")
    pooled = done.json
    natural, (low, high) = pooled["estimate_natural"], pooled["ci_natural"]
    assert (natural, low, high) == pytest.approx((0.7259, 0.5942, 0.8869), abs=5e-5)
    printed = next(row for row in load().rows(PublishedPool) if row.pool == "P88")
    assert (round(low, 2), round(high, 2)) == (printed.ci_low, printed.ci_high)
    assert printed.estimate is not None and natural == pytest.approx(printed.estimate, abs=0.01)
    assert len(pooled["studies"]) == printed.k == 16


def test_revman_took_q_about_the_mantel_haenszel_estimate() -> None:
    """The published second decimal, from the rows by plain arithmetic."""
    with TABLE.open(encoding="utf-8", newline="") as handle:
        columns = ("events_t", "total_t", "events_c", "total_c")
        rows = [[float(row[key]) for key in columns] for row in csv.DictReader(handle)]
    yi = [math.log(a / n1) - math.log(c / n2) for a, n1, c, n2 in rows]
    wi = [1 / (1 / a - 1 / n1 + 1 / c - 1 / n2) for a, n1, c, n2 in rows]
    mh = math.log(sum(a * n2 / (n1 + n2) for a, n1, _, n2 in rows) / sum(c * n1 / (n1 + n2) for _, n1, c, n2 in rows))
    q = sum(w * (y - mh) ** 2 for w, y in zip(wi, yi, strict=True))
    tau2 = (q - len(rows) + 1) / (sum(wi) - sum(w * w for w in wi) / sum(wi))
    star = [1 / (1 / w + tau2) for w in wi]
    mean, se = sum(w * y for w, y in zip(star, yi, strict=True)) / sum(star), 1 / math.sqrt(sum(star))
    found = [round(math.exp(x), 2) for x in (mean, mean - Z * se, mean + Z * se)]
    assert found == [0.72, 0.59, 0.89]
