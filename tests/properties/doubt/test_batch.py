"""The compiled rules say of a whole batch of charts what the reference says of each, clear and blurred."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.doubt import engines
from tests.properties.doubt.charts import charts
from tests.properties.doubt.settings import EXAMPLES, of_one_seed
from tests.properties.doubt.transforms import Chart, blurred


def test_a_batch_is_judged_alike(tmp_path: Path) -> None:
    batch = _drawn(max(20, EXAMPLES // 5))
    lines = [json.dumps(one) for number, chart in enumerate(batch) for one in _renamed(chart, f"p{number}")]
    (tmp_path / "charts.ndjson").write_text("\n".join(lines), encoding="utf-8")
    screened = engines.screen(tmp_path / "charts.ndjson", tmp_path / "out")
    assert len(screened) == len(batch)
    for number, chart in enumerate(batch):
        found = engines.judge(engines.person_of_chart(chart))
        compiled = screened[f"p{number}"]
        assert compiled.candidacy == found.candidacy, chart
        assert compiled.if_clear == found.if_clear, chart
        assert compiled.findings == frozenset(found.findings), chart
        assert compiled.questions == found.questions, chart


def _drawn(count: int) -> list[Chart]:
    """Charts, each followed by the same chart blurred: ``count`` pairs of one seed."""
    batch: list[Chart] = []

    @of_one_seed(count)
    @given(st.data(), charts())
    def draw(data: st.DataObject, chart: Chart) -> None:
        batch.extend((copy.deepcopy(chart), data.draw(blurred(chart))[1]))

    draw()
    return batch


def _renamed(chart: Chart, person: str) -> Chart:
    written = json.dumps(chart).replace("Patient/p", f"Patient/{person}")
    renamed: Chart = json.loads(written)
    for one in renamed:
        one["id"] = person if one["resourceType"] == "Patient" else f"{person}-{one['id']}"
    return renamed
