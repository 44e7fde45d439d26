"""The site's settings, read from the environment once at start. Anything unclear is refused."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from deqi.api.types import InputError

PREFIX = "DEQI_WEB_"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclasses.dataclass(frozen=True)
class Environment:
    """How the site is run.

    Attributes
    ----------
    address, port : where the server listens; loopback unless said otherwise.
    hosts : host names the site answers to.
    https : whether people reach the site by https (through a proxy that ends it); sends HSTS.
    workers, threads : processes, and threads in each.
    max_body : bytes a request may carry.
    work_seconds : for an answer to be made.
    requests_per_minute : requests of the programming interface from one address, a worker.
    proxies : our own before the site, each of which adds an address to X-Forwarded-For; what else stands there counts
        for nothing.
    """

    address: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = LOOPBACK
    https: bool = False
    workers: int = 1
    threads: int = 4
    max_body: int = 1_048_576
    work_seconds: int = 30
    requests_per_minute: int = 600
    proxies: int = 0


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The settings among some environment variables.

    Raises
    ------
    InputError
        A name that begins with ``DEQI_WEB_`` and is no setting, or a value that is not understood.
    """
    given = {name: value for name, value in variables.items() if name.startswith(PREFIX)}
    known = {f"{PREFIX}{field.name.upper()}": field.name for field in dataclasses.fields(Environment)}
    if strange := sorted(given.keys() - known.keys()):
        raise InputError(f"{strange[0]} is no setting; the settings are {', '.join(known)}.")
    found = Environment(**{known[name]: _READ[known[name]](name, value) for name, value in given.items()})
    if not _is_loopback(found.address) and found.hosts == LOOPBACK:
        raise InputError(f"{PREFIX}ADDRESS is open to other machines; say in {PREFIX}HOSTS which names the site has.")
    return found


def _address(name: str, value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise InputError(f"{name} must be an IP address such as 127.0.0.1.") from None


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _hosts(name: str, value: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in value.split(","))
    if not all(hosts) or any("*" in host or "/" in host or " " in host for host in hosts):
        raise InputError(f"{name} must be host names with commas between them, such as deqi.example.org; no *.")
    return hosts


def _yes_or_no(name: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise InputError(f"{name} must be yes or no.")
    return value == "yes"


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
            raise InputError(f"{name} must be a whole number from {low} to {high}.")
        return int(value)

    return read


_READ: dict[str, Callable[[str, str], Any]] = {
    "address": _address,
    "port": _whole(1, 65_535),
    "hosts": _hosts,
    "https": _yes_or_no,
    "workers": _whole(1, 64),
    "threads": _whole(1, 64),
    "max_body": _whole(1_024, 67_108_864),
    "work_seconds": _whole(1, 3_600),
    "requests_per_minute": _whole(1, 1_000_000),
    "proxies": _whole(0, 9),
}
