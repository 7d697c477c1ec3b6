"""How risky a sign-in is: a pure decision over what is known of the user's sign-ins before (docs/guide/threats.md).

Each sign adds points: a device that was not seen 1, a network that was not seen 1, a journey that nobody makes 2.
One point is Low, two are Medium, three and more High. Who signs in for the first time has nothing to compare with.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Literal

Level = Literal["Low", "Medium", "High"]
LEVELS: tuple[Level, ...] = ("Low", "Medium", "High")
FASTEST_KM_PER_HOUR = 1000
NEAR_KM = 100
"""Two places that are nearer than this are one: addresses are located roughly."""
EARTH_KM = 6371
_NETWORK_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a sign-in came from. Times are epoch seconds, coordinates degrees; what is unknown is empty or None."""

    at: float
    ip: str = ""
    device: str = ""
    city: str = ""
    country: str = ""
    timezone: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def document(self) -> dict[str, Any]:
        """Return the visit as an event keeps it."""
        members = (
            "at",
            "ip",
            "device",
            "city",
            "country",
            "timezone",
            "latitude",
            "longitude",
        )
        return {name: getattr(self, name) for name in members}


def network_of(address: str) -> str:
    """Return the network that an address counts as: the /24 or /48 around it, or the text itself when it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/{_NETWORK_BITS[parsed.version]}", strict=False))


def in_ranges(address: str, ranges: Iterable[str]) -> bool:
    """Whether an address is in one of the CIDR ranges."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(each, strict=False) for each in ranges)


def level(now: Visit, before: Sequence[Visit]) -> Level | None:
    """Return the risk of a visit after those `before` (the newest first), None where nothing is unusual."""
    if not before:
        return None
    points = 0
    if now.device and now.device not in {visit.device for visit in before}:
        points += 1
    if now.ip and network_of(now.ip) not in {network_of(visit.ip) for visit in before}:
        points += 1
    located = next((visit for visit in before if visit.latitude is not None and visit.longitude is not None), None)
    if located is not None and is_impossible_journey(located, now):
        points += 2
    return None if points == 0 else LEVELS[min(points, len(LEVELS)) - 1]


def is_impossible_journey(before: Visit, now: Visit) -> bool:
    """Whether nobody gets from one visit to the other in the time between them; False where a place is not known."""
    kilometres = distance(before, now)
    if kilometres is None or kilometres < NEAR_KM:
        return False
    hours = max(now.at - before.at, 1) / 3600
    return kilometres / hours > FASTEST_KM_PER_HOUR


def distance(one: Visit, other: Visit) -> float | None:
    """Return the kilometres between two visits on the surface of the earth, None where a place is not known."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(half, 1)))
