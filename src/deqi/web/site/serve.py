"""The server: granian on the address of the settings, stopped gracefully by SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import os

from deqi.api.types import InputError
from deqi.web.site.environment import PREFIX, Environment, read_environment

BACKLOG = 256
HEADER_READ_MS = 5_000


def serve(address: str | None, port: int | None) -> None:
    """Serve until told to stop.

    Raises
    ------
    InputError
        Settings that are not understood, or the packages of the extra ``web`` are missing.
    """
    for name, value in (("ADDRESS", address), ("PORT", port)):
        if value is not None:
            os.environ[f"{PREFIX}{name}"] = str(value)
    settings = read_environment(os.environ)
    try:
        from granian.constants import Interfaces
        from granian.http import HTTP1Settings
        from granian.server import Server
    except ModuleNotFoundError:
        raise InputError("The site needs its packages: pip install 'deqi[web]'.") from None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    _serve(settings, Server, Interfaces, HTTP1Settings)


def _serve(settings: Environment, server: type, interfaces: type, http1: type) -> None:
    server(
        "deqi.web.site.rsgi:application",
        address=settings.address,
        port=settings.port,
        interface=interfaces.RSGI,  # type: ignore[attr-defined]  # Granian makes its members at run time
        workers=settings.workers,
        backlog=BACKLOG,
        http1_settings=http1(header_read_timeout=HEADER_READ_MS),
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
