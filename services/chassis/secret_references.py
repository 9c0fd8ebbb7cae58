"""Secrets by reference: `env:NAME` reads a variable, `file:NAME` a file in the secrets folder."""

import os
from pathlib import Path

from pydantic import SecretStr


class SecretMissing(Exception):
    """The reference leads nowhere; the message names it, never a value."""


def resolve(reference: str, folder: Path | None = None) -> SecretStr:
    """The secret behind `reference`, without surrounding white space.

    `folder` is where `file:` names are looked up; a name may not leave it. Raises SecretMissing.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name in os.environ:
        return SecretStr(os.environ[name].strip())
    if kind == "file" and folder is not None and "/" not in name and (folder / name).is_file():
        return SecretStr((folder / name).read_text("utf-8").strip())
    raise SecretMissing(f"{reference}: set the variable, or put the file into VIGIE_SECRETS_DIR")
