"""The request log: method, status, time and the address without its query. Never a query, a body or who asked."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

LOG = logging.getLogger("deqi.web")


def quiet_django() -> None:
    """Django logs addresses and hosts as they were typed, and errors with their messages: nothing of it is kept."""
    logger = logging.getLogger("django")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False


class RequestLog:
    """One line an answer. The address is the pattern that matched, so a mistyped address is not kept either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = "-" if match is None else f"/{match.route}"
        method = request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "OTHER"
        LOG.info("%s %s %d %.1f ms", method, route, response.status_code, 1000.0 * (time.perf_counter() - began))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Our own errors: which kind, and where in the code; never the message, which may quote what somebody sent."""
        frames = traceback.extract_tb(exception.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "-"
        LOG.error("%s at %s", type(exception).__name__, place)
