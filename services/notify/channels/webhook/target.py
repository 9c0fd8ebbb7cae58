"""Where a webhook really goes: the name is resolved once, every address is checked, and that address is dialled.

So a name that leads inside is refused in any spelling, and one that answers otherwise the second time (DNS rebinding)
is never asked a second time.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx

from services.chassis.links import internal_address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """The URL is none of HTTP, or leads to an address that no partner may have. Permanent until the pack changes."""


class NameUnknown(Exception):
    """The name does not resolve now. May succeed later."""


@dataclass(frozen=True, slots=True)
class Target:
    """`url` has the address in the name's place; `host` is the Host header, `name` what the certificate must be for."""

    url: httpx.URL
    host: str
    name: str


def networks_of(text: str) -> tuple[Network, ...]:
    """The blocks of a setting. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


async def target_of(text: str, allowed: tuple[Network, ...]) -> Target:
    """Raises AddressRefused or NameUnknown."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise AddressRefused("no URL") from error
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise AddressRefused("not HTTP, no host, or credentials in it")
    found = await _resolve(url.host)
    # One inner address among several is enough to refuse: which of them is dialled would be chance.
    if not all(_may_be_reached(address, allowed) for address in found):
        raise AddressRefused("an internal address")
    return Target(url.copy_with(host=str(found[0])), url.netloc.decode("ascii"), url.host)


async def _resolve(host: str) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        answers = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnknown(host) from error
    return [ipaddress.ip_address(str(answer[4][0]).split("%")[0]) for answer in answers]


def _may_be_reached(address: Address, allowed: tuple[Network, ...]) -> bool:
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    plain = inner or address
    return not internal_address(plain) or any(plain in network for network in allowed)
