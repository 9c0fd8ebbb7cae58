"""HMAC-SHA-256 (RFC 2104) over id, time and body, so that none of the three can be changed or replayed alone."""

import hashlib
import hmac
from datetime import datetime

from pydantic import SecretStr

ID, TIME, SIGNATURE = "X-Vigie-Id", "X-Vigie-Time", "X-Vigie-Signature"


def signed_headers(secret: SecretStr, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers. Time is Unix seconds; the receiver refuses what is older than it accepts, say 5 minutes."""
    seconds = str(int(at.timestamp()))
    text = f"{key}.{seconds}.".encode() + body
    digest = hmac.new(secret.get_secret_value().encode(), text, hashlib.sha256).hexdigest()
    return {ID: key, TIME: seconds, SIGNATURE: f"v1={digest}"}
