"""How many requests an address may make: a bucket of tokens each, in the memory of one worker.

A bucket holds a minute's requests and fills evenly. Several workers have
buckets of their own. Addresses are forgotten when others crowd them out or the worker ends, and are written nowhere.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import threading
from collections import OrderedDict

from django.http import HttpRequest

MOST_ADDRESSES = 10_000
HOUSE = 64
"""Leading bits of an IPv6 address that belong to one household or firm."""


@dataclasses.dataclass
class _Bucket:
    tokens: float
    at: float


class Budget:
    """The buckets. ``per_minute``: tokens of a full one. Safe in threads."""

    def __init__(self, per_minute: int, most: int = MOST_ADDRESSES) -> None:
        self._full = float(per_minute)
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, asker: str, now: float) -> int:
        """Take a token of somebody; 0, or the whole seconds until there is one. ``now``: seconds of a steady clock."""
        name = house(asker)
        with self._lock:
            bucket = self._buckets.pop(name, None) or _Bucket(self._full, now)
            self._buckets[name] = bucket
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            bucket.tokens = min(self._full, bucket.tokens + (now - bucket.at) * self._full / 60.0)
            bucket.at = now
            if bucket.tokens >= 1.0:
                bucket.tokens -= 1.0
                return 0
            return max(1, math.ceil((1.0 - bucket.tokens) * 60.0 / self._full))


def house(address: str) -> str:
    """Whom a token is taken from: an IPv4 address, or the network of an IPv6 one, which may have any number."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, HOUSE), strict=False))


def asker(request: HttpRequest, proxies: int) -> str:
    """The address that asks; behind proxies of ours the one that the first of them saw, whatever stands before it."""
    seen: list[str] = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
