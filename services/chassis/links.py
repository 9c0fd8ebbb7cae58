"""Links that devices send (a snapshot, a clip): shown to people and to partners, so never one that leads inside. Pure.

Nothing of ours fetches them; a browser, a partner's server or a later exporter would.
"""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)")
_INTERNAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".intranet", ".arpa")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_OUTSIDE = frozenset({"http", "https"})
_NO_LINK = frozenset({"urn", "tel", "geo"})


def leads_inside(text: str) -> bool:
    """True for a link that must not be passed on: an internal address in any spelling, a scheme other than HTTP, a
    name without a dot, credentials. False for what is no link at all."""
    text = text.strip().replace("\\", "/")  # browsers read them alike
    scheme = _SCHEME.match(text)
    if scheme is None or ("//" not in text and scheme[1].lower() not in {"javascript", "data", "file"}):
        return False
    if scheme[1].lower() not in _OUTSIDE:
        return scheme[1].lower() not in _NO_LINK
    try:
        parts = urlsplit(text)
        host = unquote(parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return True
    return not host or "@" in parts.netloc or internal_host(host)


def internal_host(host: str) -> bool:
    """True for an address that is not the public internet's, and for names that only an inner network knows."""
    address = _address(host)
    if address is not None:
        return internal_address(address)
    return "." not in host or host.endswith(_INTERNAL_NAMES) or not host.isascii()


def internal_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """True for loopback, private, link-local, shared, multicast and reserved ones, also inside IPv6 forms of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return internal_address(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return internal_address(inner)
    return not address.is_global or address.is_multicast


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address in any spelling that inet_aton takes: `2130706433`, `0x7f.1`, `0177.0.0.1`; None for a name."""
    try:
        return ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        pass
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
        value = numbers[-1] + sum(number << (24 - 8 * place) for place, number in enumerate(numbers[:-1]))
        return ipaddress.IPv4Address(value)
    except ValueError:
        # Made of digits, and no address: nobody knows where a reader would go.
        return ipaddress.IPv4Address("0.0.0.0")


def _number(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part, 16)
    return int(part, 8) if part.startswith("0") and part != "0" else int(part)
