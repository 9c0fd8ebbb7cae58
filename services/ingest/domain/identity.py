"""Fingerprints and ids of signals (rule 3): from device, mark, nature, bytes and our first receipt."""

import hashlib
import itertools
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime

from services.ingest.domain.signal import Understood

NAMESPACE = uuid.UUID("0a6c4a5e-6f0b-5d55-a2f5-6a3b6f1d7c10")


def content_digest(understood: Understood) -> str:
    """SHA-256 (hex) of device, mark, nature and bytes; with a mark it is the fingerprint that repeats share.

    Each part is preceded by its length, so that no two different messages give the same bytes.
    """
    digest = hashlib.sha256()
    for part in (
        understood.device.encode(),
        (understood.mark or "").encode(),
        understood.nature.value.encode(),
        understood.content,
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def signal_id(digest: str, first_receipt: datetime, nonce: str = "") -> str:
    """UUIDv5 of the content's digest. `nonce` keeps two requests without a mark apart that came in one millisecond."""
    milliseconds = round(first_receipt.timestamp() * 1000)
    return str(uuid.uuid5(NAMESPACE, f"{digest}/{milliseconds}/{nonce}"))


def nonces() -> Iterator[str]:
    """Endless different texts, different in every process too."""
    process = secrets.token_hex(8)
    return (f"{process}-{number}" for number in itertools.count())
