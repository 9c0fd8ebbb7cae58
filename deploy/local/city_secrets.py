"""Secrets that the city pack refers to, made up where this machine does not hold them, so that a demo can encrypt.

A pack names its panel keys and webhook secrets (`env:NAME`, `file:NAME`) and never holds them. What is neither in the
environment nor in the secrets folder is made here once, kept in `var/secrets` (mode 0600) and said: a real panel's
key must be put there instead. Mail and SMS addresses (`apprise_ref`) are never made up.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from deploy.local.record import replace_text
from schemas.pack.files import load_pack
from schemas.pack.findings import PackInvalid
from schemas.pack.pack import CityPack

AES_KEY_BYTES = 16
"""SIA DC-09 allows AES with 16, 24 or 32 bytes; hex on file."""
PERSON_KEY = "INGEST_PERSON_KEY"
"""Key of the pseudonyms of app users; kept, so that the same person stays the same after a restart."""
ACCESS = ("DISPATCH_SESSION_KEY", "DISPATCH_SERVICE_TOKEN", "RETENTION_KEY")
"""What signs badges, what our own processes and tools are known by, and what signs records of destruction; 32
hexadecimal digits each."""


def city_secrets(folder: Path, overlays: Sequence[Path], keep_in: Path, say: Callable[[str], None]) -> dict[str, str]:
    """Returns the variables to give to processes: what the environment lacks. Files are made in `keep_in`."""
    # An overlay of the city itself may be applied while running, as the demo does with its exercise.
    own = sorted(path for path in (folder / "overlays").glob("*") if path.is_dir())
    asked = [_references(folder, chosen) for chosen in (overlays, *([one] for one in own))]
    references = dict.fromkeys(["env:" + PERSON_KEY, *chain.from_iterable(asked)])
    variables = {}
    for reference in references:
        kind, _, name = reference.partition(":")
        if "/" in name or (kind == "env" and name in os.environ):
            continue
        value = _kept(keep_in / name, say)
        if kind == "env":
            variables[name] = value
    return variables


def access_secrets(keep_in: Path, say: Callable[[str], None]) -> dict[str, str]:
    """The variables of ACCESS, for dispatch and those who must be let in by it; the environment's come first."""
    return {name: os.environ.get(name) or _kept(keep_in / name, say) for name in ACCESS}


def mqtt_passwords(users: Iterable[str], keep_in: Path, say: Callable[[str], None]) -> dict[str, str]:
    """A password for each user of the MQTT broker, in `MQTT_<USER>`: whoever connects a real Frigate finds it there."""
    return {name: _kept(keep_in / mqtt_secret(name), say) for name in users}


def mqtt_secret(user: str) -> str:
    """The file that holds a user's password: `frigate-north` is in MQTT_FRIGATE_NORTH."""
    return "MQTT_" + re.sub(r"[^A-Z0-9]", "_", user.upper())


def _references(folder: Path, overlays: Sequence[Path]) -> Iterator[str]:
    """A pack with errors gives none: the step that applies it says what is wrong."""
    try:
        pack = load_pack(folder, overlays)
    except PackInvalid:
        return
    yield from references_of(pack)


def references_of(pack: CityPack) -> Iterator[str]:
    """Yields the reference of each panel's key, each device's signing key and each agency's webhook secret."""
    for device in pack.devices:
        if device.panel is not None and device.panel.key_ref is not None:
            yield device.panel.key_ref
        if device.auth_key_ref is not None:
            yield device.auth_key_ref
    for agency in pack.agencies:
        if agency.secret_ref is not None:
            yield agency.secret_ref


def _kept(file: Path, say: Callable[[str], None]) -> str:
    if not file.exists():
        replace_text(file, secrets.token_hex(AES_KEY_BYTES))
        say(f"secret d'exercice créé / exercise secret made: {file}")
    return file.read_text().strip()
