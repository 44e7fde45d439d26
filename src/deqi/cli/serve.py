"""``deqi serve``: the site, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    address: Annotated[str | None, typer.Option(help="IP address to listen on (loopback unless given).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (8765 unless given).")] = None,
) -> None:
    """Serve the site: read, decide, ask, print. Stop with Ctrl-C."""
    from deqi.web.site.serve import serve as run

    run(address, port)
