"""What a machine must be able to do for some cases; why it cannot, in a sentence."""

from __future__ import annotations

import shutil

from tests.faults import tmpfs


def unable(need: str) -> str | None:
    """None if the machine can."""
    if need in {"tmpfs", "packet loss"} and not tmpfs.inside():
        return f"{need} needs root and namespaces of its own: run `make faults` as root"
    if need == "packet loss" and shutil.which("nft") is None:
        return "packet loss needs nft (Debian: nftables)"
    return None
