"""The request log: method, status, time and the address without its query. Never a query, a body or who asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

LOG = logging.getLogger("deqi.web")


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
