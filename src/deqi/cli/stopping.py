"""Being asked to stop: Ctrl-C, or the signal that a scheduler or a closed terminal sends."""

from __future__ import annotations

import atexit
import contextlib
import signal
from typing import Any

EXIT = 130
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopped(BaseException):
    """Raised where the program is when it is asked to stop, so that everything open is closed and removed."""


class Stopping:
    """Use it in a ``with``. ``asked`` tells whether the program was asked to stop: what calls into C may turn `Stopped`
    into an error of its own."""

    def __init__(self) -> None:
        self.asked = False
        self.error = Stopped("stopped before it was done.")
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        for name in _SIGNALS:
            # Windows knows not all of them, and only the main thread may listen.
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(ValueError):
                    self._before[number] = signal.signal(number, self._stop)
        # While Python ends, all is done: what comes then would only disturb it.
        atexit.register(_ignore)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        if not self.asked:  # once is enough: what is being put in order is not disturbed
            self.asked = True
            raise self.error


def _ignore() -> None:
    for name in _SIGNALS:
        with contextlib.suppress(ValueError, AttributeError):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
