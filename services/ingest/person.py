"""Pseudonyms: who pressed an SOS is never on a topic, only a keyed hash that joins that person's own signals."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

KEY_FILE = "person.key"


def pseudonym(person: str, key: bytes) -> str:
    """32 hex digits of HMAC-SHA-256: the same person gives the same text, and without the key nothing leads back."""
    return hmac.new(key, person.strip().casefold().encode(), hashlib.sha256).hexdigest()[:32]


def person_key(configured: SecretStr | None, state_dir: Path) -> bytes:
    """The configured key, else the one kept in the state folder, made at first use (readable by its owner only)."""
    if configured is not None:
        return configured.get_secret_value().encode()
    path = state_dir / KEY_FILE
    state_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
