"""People write points in many ways; what may mean two points asks."""

import pytest

from deqi.knowledge import load
from deqi.knowledge.atlas import codes_near, finder

FINDER = finder(load())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ST36", "ST36"),
        ("st 36", "ST36"),
        ("St-36", "ST36"),
        ("UB40", "BL40"),
        ("Zusanli", "ST36"),
        ("zúsānlǐ", "ST36"),
        ("足三里", "ST36"),
        ("Liv3", "LR3"),
        ("SJ5", "TE5"),
        ("Du20", "GV20"),
        ("Ren12", "CV12"),
        ("Bafeng", "EX-LE10"),
        ("Huatuo Jiaji", "EX-B2"),
        ("Renzhong", "GV26"),
        ("Foot-Linqi", "GB41"),
    ],
)
def test_one_point(written: str, code: str) -> None:
    assert FINDER.find(written).codes == (code,)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Futu", ("LI18", "ST32")),
        ("Zhongzhu", ("KI15", "TE3")),
        ("Heliao", ("LI19", "TE22")),
    ],
)
def test_a_name_of_two_points_asks(written: str, codes: tuple[str, ...]) -> None:
    found = FINDER.find(written)
    assert found.ambiguous
    assert set(found.codes) == set(codes)


@pytest.mark.parametrize("written", ["L3", "S6", "P7", "R6", "C3", "EX-LE8", "Extra 1"])
def test_a_doubtful_code_asks(written: str) -> None:
    assert FINDER.find(written).ambiguous


@pytest.mark.parametrize("written", ["ST46", "XX1", "", "36", "ST", "drop table"])
def test_what_is_no_point_is_not_found(written: str) -> None:
    assert FINDER.find(written).codes == ()


def test_points_near_a_nerve() -> None:
    near = codes_near(load(), "peroneal")
    assert {"ST36", "GB34", "LR3"} <= set(near)
    assert "PC6" not in near
