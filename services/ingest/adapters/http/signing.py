"""The signing headers of a device: what is signed, and what a request's headers are worth (docs/devices.md)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.ingest.domain.proving import Signature

DEVICE, ID, TIME, SIGNATURE = "x-vigie-device", "x-vigie-id", "x-vigie-time", "x-vigie-signature"
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,100}")
_DEVICE = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
_UNIX_S = re.compile(r"[0-9]{1,11}")
_SIGNATURE = re.compile(r"v1=([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Signed:
    """The four headers, well formed. `time` as sent: Unix seconds in decimal digits."""

    device: str
    id: str
    time: str
    digest: bytes

    @property
    def at(self) -> datetime | None:
        """The signed time, None beyond the calendar."""
        try:
            return datetime.fromtimestamp(int(self.time), UTC)
        except (OverflowError, ValueError, OSError):
            return None


def canonical(method: str, path: str, device: str, identifier: str, time: str, body: bytes) -> bytes:
    """The bytes that are signed: six lines, then the body as sent. `path` without query, escaped as sent."""
    return "\n".join(("v1", method, path, device, identifier, time, "")).encode() + body


def sign(key: bytes, message: bytes) -> str:
    """The value of X-Vigie-Signature."""
    return "v1=" + hmac.new(key, message, hashlib.sha256).hexdigest()


def headers_of(headers: Mapping[str, str]) -> Signed | Signature:
    """The signing headers; ABSENT where there is none at all, MALFORMED where one is missing or wrong."""
    values = [headers.get(name) for name in (DEVICE, ID, TIME, SIGNATURE)]
    if not any(values):
        return Signature.ABSENT
    device, identifier, time, signature = ((value or "").strip() for value in values)
    digest = _SIGNATURE.fullmatch(signature)
    # Header values arrive as Latin-1; a device's id may hold any letter of UTF-8.
    device = _utf8(device)
    if not (_DEVICE.fullmatch(device) and _PRINTABLE.fullmatch(identifier) and _UNIX_S.fullmatch(time) and digest):
        return Signature.MALFORMED
    return Signed(device, identifier, time, bytes.fromhex(digest[1]))


def verify(signed: Signed, key: bytes, method: str, path: str, body: bytes) -> bool:
    """True if the signature is this key's, in constant time."""
    message = canonical(method, path, signed.device, signed.id, signed.time, body)
    return hmac.compare_digest(hmac.new(key, message, hashlib.sha256).digest(), signed.digest)


def _utf8(latin: str) -> str:
    try:
        return latin.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""
