"""FHIR references: which resource a reference means, across Bundles, servers and files."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

T = TypeVar("T")

_RELATIVE = re.compile(r"([A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})")
_TAIL = re.compile(r"(?:^|/)([A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})$")
_HISTORY = re.compile(r"/_history/[^/]*$")


def base_of(full_url: str) -> str:
    """The server's address in an entry's ``fullUrl``, ending in ``/``; nothing for a ``urn:``."""
    if not full_url.startswith(("http://", "https://")):
        return ""
    found = _TAIL.search(full_url)
    return full_url[: found.start() + 1] if found else ""


def key_of(reference: str, base: str) -> str | None:
    """The key a reference stands for, seen from a server's ``base``; None when it names no resource."""
    if reference.startswith(("urn:uuid:", "urn:oid:")):
        return reference
    if "?" in reference:
        return None
    if "/_history/" in reference:
        reference = _HISTORY.sub("", reference)
    if _RELATIVE.fullmatch(reference):
        return base + reference
    return reference if reference.startswith(("http://", "https://")) else None


def own_keys(kind: str, resource_id: str | None, full_url: str) -> tuple[str, ...]:
    """The keys under which a resource can be referred to."""
    own = f"{base_of(full_url)}{kind}/{resource_id}" if resource_id else ""
    if not full_url:
        return (own,) if own else ()
    if "/_history/" in full_url:
        full_url = _HISTORY.sub("", full_url)
    return (full_url, own) if own and own != full_url else (full_url,)


def type_of(key: str) -> str:
    """The resource type in a key; nothing for a ``urn:``."""
    found = _TAIL.search(key)
    return found[1] if found else ""


def _tail(key: str) -> str:
    found = _TAIL.search(key)
    return f"{found[1]}/{found[2]}" if found else ""


class Registry(Generic[T]):
    """Resources by key. A relative reference finds the one resource of that type and id, and the same the other way
    round; one that two servers know stays unresolved, so that two people never become one."""

    def __init__(self) -> None:
        self._by_key: dict[str, T] = {}
        self._of_servers: dict[str, dict[str, T]] = {}

    def add(self, keys: tuple[str, ...], value: T) -> None:
        """Enter a resource; a key that is taken keeps its first resource."""
        for key in keys:
            self._by_key.setdefault(key, value)
            tail = _tail(key)
            if tail and tail != key:
                base = key[: -len(tail)]
                self._of_servers.setdefault(tail, {}).setdefault(base, value)

    def exact(self, key: str) -> T | None:
        """The resource entered under this very key."""
        return self._by_key.get(key)

    def find(self, key: str) -> T | None:
        """The resource a key means."""
        found = self._by_key.get(key)
        if found is not None:
            return found
        tail = _tail(key)
        of_servers, relative = self._of_servers.get(tail, {}), self._by_key.get(tail)
        if relative is not None:
            return None if of_servers else relative
        # A relative reference finds the one server's; that of another server is another resource.
        return next(iter(of_servers.values())) if len(of_servers) == 1 and key == tail else None
