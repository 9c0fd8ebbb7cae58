"""Makes the secrets that a pack refers to, for a demo or a test; a city puts its own in place."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from schemas.pack.pack import CityPack


class Form(StrEnum):
    """What a secret is for decides what a made one looks like; an address cannot be made."""

    AES_KEY = "aes_key"
    SIGNING = "signing"
    ADDRESS = "address"


@dataclass(frozen=True)
class Reference:
    """One `*_ref` of a pack: `env:NAME` or `file:name`."""

    text: str
    form: Form


def references(pack: CityPack) -> list[Reference]:
    """All references of a pack, in its order."""
    keys = (device.panel.key_ref for device in pack.devices if device.panel is not None)
    found = [
        *((key, Form.AES_KEY) for key in keys),
        *((agency.secret_ref, Form.SIGNING) for agency in pack.agencies),
        *((agency.apprise_ref, Form.ADDRESS) for agency in pack.agencies),
    ]
    return [Reference(text, form) for text, form in found if text is not None]


def make_missing(wanted: Iterable[Reference], folder: Path) -> tuple[list[str], list[str]]:
    """Names of the files made (mode 0600), and references that only a person can provide.

    Never changes a file that is there. `folder` is made, readable by its owner only, if it is missing.
    """
    made, lacking = [], []
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for reference in wanted:
        kind, _, name = reference.text.partition(":")
        if kind == "file" and reference.form is not Form.ADDRESS:
            if _write_new(folder / name, _made(reference.form)):
                made.append(name)
        elif (kind == "file" and not (folder / name).exists()) or (kind == "env" and name not in os.environ):
            lacking.append(reference.text)
    return made, lacking


def _made(form: Form) -> str:
    """32 hexadecimal digits for AES-128; 256 random bits for signing."""
    return secrets.token_hex(16) if form is Form.AES_KEY else secrets.token_urlsafe(32)


def _write_new(path: Path, text: str) -> bool:
    """True if the file was made, False if there was one already, also if two commands run at once."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return True
