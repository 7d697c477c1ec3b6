"""Which addresses outgoing requests may reach, and finding those of a host in bounded time (LMB-04)."""

import ipaddress
import re
import socket
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock, Thread

from ostiary.config import Settings

MOST_LOOKUPS = 64
MOST_LOOKUPS_OF_OWNER = 8
"""How many names are looked up at a time that the operator wrote, that accounts gave in all, and that one gave."""
_REGION = re.compile(r"[a-z0-9-]{1,32}")
_EMBEDDING = {
    ipaddress.IPv6Network("::ffff:0:0/96"): 0,
    ipaddress.IPv6Network("::/96"): 0,
    ipaddress.IPv6Network("64:ff9b::/96"): 0,
    ipaddress.IPv6Network("2002::/16"): 80,
}
"""IPv6 networks that stand for IPv4 addresses, and how many bits are behind the embedded one."""


class UnreachableError(Exception):
    """The address may not be reached, or cannot be found."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether private addresses may be reached, and the setting that says so."""

    private: bool
    setting: str

    @classmethod
    def of_operator(cls, settings: Settings) -> "Reach":
        """Return how far addresses reach that the operator set."""
        return cls(settings.allow_private_addresses or settings.dev, "allow_private_addresses")

    @classmethod
    def of_tenants(cls, settings: Settings) -> "Reach":
        """Return how far addresses reach that accounts and their users gave."""
        private = settings.allow_private_addresses_of_tenants or settings.dev
        return cls(private, "allow_private_addresses_of_tenants")

    def among(self, host: str, addresses: Iterable[str]) -> list[str]:
        """Return those of a host's addresses that may be reached; raises UnreachableError when none may."""
        allowed = [address for address in addresses if self.private or is_public(address)]
        if not allowed:
            raise UnreachableError(f"{host} is a private address; the setting {self.setting} permits it.")
        return allowed


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet's, also as the IPv4 address inside an IPv6 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        for network, bits in _EMBEDDING.items():
            if found in network:
                return is_public(str(ipaddress.IPv4Address((int(found) >> bits) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


@lru_cache(maxsize=4096)
def caller_at(address: str) -> str:
    """Return what callers are told apart by: an address, of IPv6 the network in which somebody has 2^64 of them."""
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = found.ipv4_mapped
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64))) if mapped is None else str(mapped)


def at_region(template: str, region: str) -> str:
    """Return an address with the region that somebody's ARN names; raises ValueError for what names another host."""
    if not _REGION.fullmatch(region):
        raise ValueError("The ARN names no region.")
    return template.format(region=region)


class Lookups:
    """Looks names up, each in a thread of its own: the system's resolver cannot be told how long it may take."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[tuple[str, int], Future[list[str]]] = {}
        self._taken: Counter[str] = Counter()

    def begin(self, host: str, port: int, owner: str = "") -> Future[list[str]]:
        """Return what will be the addresses of a host, in their order, or an OSError.

        `owner` is the account that gave the name, empty for the operator. Raises UnreachableError when as many names
        are being looked up as may. Who gives up waiting leaves the result to others that ask for the same name.
        """
        try:
            return _done(_addresses(host, port, socket.AI_NUMERICHOST))
        except OSError:
            pass  # a name
        with self._lock:
            running = self._running.get((host, port))
            if running is None:
                self._take(owner)
                running = self._running[host, port] = Future()
                running.set_running_or_notify_cancel()  # nobody may cancel it for others
                Thread(target=self._look_up, args=(host, port, owner, running), name="lookup", daemon=True).start()
            return running

    def _take(self, owner: str) -> None:
        places = _places(owner)
        if any(self._taken[place] >= most for place, most in places.items()):
            raise UnreachableError("Too many names are being looked up.")
        self._taken.update(places.keys())

    def _look_up(self, host: str, port: int, owner: str, found: Future[list[str]]) -> None:
        addresses: list[str] = []
        failure: Exception | None = None
        try:
            addresses = _addresses(host, port)
        except (OSError, ValueError) as error:
            failure = error
        with self._lock:
            del self._running[host, port]
            self._taken.subtract(_places(owner).keys())
            self._taken += Counter()  # forgets who has none
        if failure is None:
            found.set_result(addresses)
        else:
            found.set_exception(failure)


def _places(owner: str) -> dict[str, int]:
    return {owner: MOST_LOOKUPS_OF_OWNER, "*": MOST_LOOKUPS} if owner else {"": MOST_LOOKUPS}


def _addresses(host: str, port: int, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _done(addresses: list[str]) -> Future[list[str]]:
    future: Future[list[str]] = Future()
    future.set_result(addresses)
    return future
