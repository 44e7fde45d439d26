"""Reading in several processes side by side, each a Python of its own that is told what to read and sends blocks.

The processes are started as commands, not copied from this one: that works from any program, a notebook or a test, and
does not meddle with DuckDB's threads. What they send comes from our own code and goes through pipes only.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder
from deqi.screening.ingest.block import Block
from deqi.screening.ingest.fhir.files import Share
from deqi.screening.ingest.fhir.quick import QuickReader

LARGE = 64 * 2**20
"""Bytes from which starting processes pays."""
MOST = 8
"""Processes beyond which their blocks would wait for this one."""
_COMMAND = "from deqi.screening.ingest.fhir.workers import work; work()"
_LENGTH = 8
_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**31), "MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TOP_PAD_": str(2**26)}
"""Settings of the C library under which memory that was freed is kept: every block needs as much as the last."""


def blocks_of(shares: Sequence[Share], index: CodeIndex, sites: SiteFinder, size: int) -> Iterator[tuple[int, Block]]:
    """The blocks of all shares in their order, each with the number of its reader; ``size`` in bytes.

    Raises:
        InputError: a file cannot be read, or is no FHIR.
    """
    workers = min(_processors(), MOST, len(shares)) if size >= LARGE and sys.executable else 1
    if workers < 2:
        reader = QuickReader(index, sites)
        for share in shares:
            for block in reader.read(share):
                yield 0, block
        return
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_Worker()) for _ in range(workers)]
        for one, process in enumerate(processes):
            process.tell((index, sites, shares[one::workers]))
        for number in range(len(shares)):
            for block in processes[number % workers].share():
                yield number % workers, block


def _processors() -> int:
    return len(os.sched_getaffinity(0))


class _Worker:
    """A process that reads every share it was given, and waits until its blocks are taken."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **_MEMORY, "PYTHONPATH": path},
        )  # fmt: skip
        assert self._process.stdout is not None
        self._pipe = self._process.stdout

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._pipe.close()
        self._process.wait()

    def tell(self, task: tuple[CodeIndex, SiteFinder, Sequence[Share]]) -> None:
        """What it is to read, and how."""
        assert self._process.stdin is not None
        # One that has ended already is noticed when its blocks are taken.
        with contextlib.suppress(BrokenPipeError), self._process.stdin as pipe:
            _send(pipe, task)

    def share(self) -> Iterator[Block]:
        """The blocks of the next share."""
        while (sent := self._receive()) is not None:
            if isinstance(sent, Exception):
                raise sent
            yield sent

    def _receive(self) -> Any:
        try:
            return _receive(self._pipe)
        except EOFError:
            raise RuntimeError(f"a process that reads files ended with status {self._process.wait()}") from None


def work() -> None:
    """What such a process does: read the task, send blocks, and None after each share."""
    # Millions of small tuples come and go, none of which refers to itself: looking for cycles would only cost time.
    gc.disable()
    with sys.stdin.buffer as told:
        index, sites, shares = _receive(told)
    reader = QuickReader(index, sites)
    out = sys.stdout.buffer
    with contextlib.suppress(BrokenPipeError):
        for share in shares:
            try:
                for block in reader.read(share):
                    _send(out, block)
            except Exception as error:
                _send(out, error)
                return
            _send(out, None)


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=5)
    pipe.write(len(data).to_bytes(_LENGTH, "big"))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        raise EOFError
    size = int.from_bytes(head, "big")
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)
