"""A table too wide for a line stands in groups of columns, each behind the names of its rows."""

from __future__ import annotations

import itertools

import pytest

from metafit import league_table, pool_network
from metafit.display.summary import LINE, Block, folded


def _league(count: int) -> str:
    names = [f"treatment number {i:02}" for i in range(count)]
    pairs = list(itertools.combinations(names, 2))
    fit = pool_network(
        list(range(len(pairs))), [a for a, _ in pairs], [b for _, b in pairs],
        [0.1 * (i % 7) for i in range(len(pairs))], [0.05] * len(pairs), measure="OR",
    )  # fmt: skip
    return str(league_table(fit, small_is_good=True))


@pytest.mark.parametrize("count", [3, 6, 10, 15])
def test_a_league_table_keeps_within_a_line_and_loses_no_cell(count: int) -> None:
    said = _league(count)
    table = said.split("\n\n", 1)[1].split("\n\nBelow the diagonal")[0]
    assert max(map(len, table.splitlines())) <= LINE
    groups = [group.splitlines() for group in table.split("\n\n")]
    assert (len(groups) > 1) == (count > 3)
    assert all(len(group) == count + 1 for group in groups)
    firsts = [[line[:20].strip() for line in group[1:]] for group in groups]
    assert all(one == firsts[0] for one in firsts) and len(set(firsts[0])) == count
    assert sum(group[0].count("treatment number") for group in groups) == count
    assert table.count(" to ") == count * (count - 1)


def test_a_column_wider_than_a_line_stands_alone_and_html_stays_whole() -> None:
    assert folded([10, 200, 5, 5], 80) == [[1], [2, 3]]
    assert folded([4, 6, 6], 20) == [[1, 2]] and folded([4, 6, 7], 20) == [[1], [2]]
    wide = Block("", ("", *("c" * 60,) * 3), (("a", "1", "2", "3"),), folds=True)
    assert len(wide.text().split("\n\n")) == 3 and wide.html().count("<tr>") == 2
