"""What Linux has and other systems have not is done without; several threads at once do as well as one."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from deqi.cli.stopping import Stopping
from deqi.evidence.table.pooled import pool_table
from deqi.evidence.table.reading import parse_table
from deqi.knowledge import load
from deqi.people.read import read_chart
from deqi.report.assemble import assemble
from deqi.report.surfaces import render
from deqi.report.topics import topic_of
from deqi.screening.sql import cache
from deqi.writing import write_file
from tests.support.engines import AS_OF, engine
from tests.support.resources import condition, order, patient
from tests.support.terminology import INDEX, SITES

_ONLY_POSIX = (
    (os, ("getuid", "geteuid", "umask", "sched_getaffinity", "fork", "killpg", "getpgid", "fchmod", "chown")),
    (signal, ("SIGHUP", "SIGKILL", "pthread_sigmask", "setitimer", "SIGALRM")),
)
THREADS = 8


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without what only POSIX has; pytest itself needs it for ``tmp_path``."""
    assert tmp_path.is_dir()
    for module, names in _ONLY_POSIX:
        for name in names:
            monkeypatch.delattr(module, name, raising=False)


@pytest.mark.usefixtures("elsewhere")
def test_files_are_written_and_signals_heard_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "a", "x", private=True)
    with Stopping() as stopping:
        assert not stopping.asked
    monkeypatch.setenv("DEQI_CACHE", str(tmp_path / "cache"))
    made = []

    def make() -> _Kept:
        made.append(1)
        return _Kept(3)

    assert [cache.cached("x", ("a",), _Kept, make).number for _ in range(2)] == [3, 3]
    assert len(made) == 1


@pytest.mark.usefixtures("elsewhere")
def test_people_are_assessed_elsewhere() -> None:
    assert all(one == _assessed(0) for one in map(_assessed, range(2)))


class _Kept(msgspec.Struct):
    number: int


def _assessed(_: int) -> str:
    lines = "\n".join(json.dumps(one) for one in (patient(), condition(id="c"), order(id="m")))
    (person,) = read_chart([lines.encode()], index=INDEX, sites=SITES, as_of=AS_OF, name="a.ndjson").persons
    return repr(engine().assess(person, AS_OF))


def _reported(_: int) -> str:
    knowledge = load()
    return render(assemble(knowledge, topic_of(knowledge, "diabetic"), AS_OF), knowledge, "html", 80)


def _pooled(_: int) -> str:
    return repr(pool_table(parse_table(b"study,yi,vi\na,0.1,0.02\nb,0.3,0.03\nc,0.2,0.01\n")).as_json())


def _written(folder: Path, number: int) -> str:
    write_file(folder / "same", str(number) * 10_000, private=True)
    return "written"


@pytest.mark.no_cover
def test_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each verb in eight threads gives what it gives alone."""
    with ThreadPoolExecutor(THREADS) as pool:
        for verb in (_assessed, _reported, _pooled):
            alone = verb(0)
            assert set(pool.map(verb, range(THREADS))) == {alone}
        mixed = [pool.submit(verb, 0) for verb in (_assessed, _pooled) * THREADS]
        assert {one.result() for one in mixed} == {_assessed(0), _pooled(0)}
        assert set(pool.map(lambda number: _written(tmp_path, number), range(THREADS))) == {"written"}
    assert len(set((tmp_path / "same").read_text())) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["same"]
