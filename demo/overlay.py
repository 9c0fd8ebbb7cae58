"""Puts the demo's partners and keys into the city pack, as a city would: an overlay, applied without a restart."""

import asyncio
import json
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo.cast import CONGRESS_PANEL, Cast
from demo.settings import REPOSITORY, DemoUnable, Settings
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack


@dataclass(frozen=True)
class Prepared:
    """The pack as applied, the partners' secrets by agency, and the key of the encrypted panel."""

    pack: CityPack
    secrets: dict[str, str]
    panel_key: bytes


def exercise(settings: Settings) -> Path:
    """The pack's overlay with the banner and the one use case allowed."""
    return settings.pack / "overlays" / "exercice"


def make_secrets(settings: Settings) -> dict[str, str]:
    """A secret for each agency and the panel, made once and kept where the services look for `file:` references."""
    folder = settings.var / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    agencies = [agency.id for agency in load_pack(settings.pack).agencies]
    found = {agency: _secret(folder / f"demo-{agency}.secret") for agency in agencies}
    return found | {CONGRESS_PANEL: _secret(folder / f"demo-{CONGRESS_PANEL}.key")}


def write_overlay(settings: Settings, address: Callable[[str], str]) -> Path:
    """The overlay's folder. `address(agency)` is where the demo plays it."""
    base = load_pack(settings.pack)
    panel = Cast(base).devices[CONGRESS_PANEL].panel
    assert panel is not None, "the congress centre has a panel"
    changed = panel.model_dump(mode="json") | {"key_ref": f"file:demo-{CONGRESS_PANEL}.key"}
    content = {
        "agencies": [
            {"id": agency.id, "webhook_url": address(agency.id), "secret_ref": f"file:demo-{agency.id}.secret"}
            for agency in base.agencies
        ],
        "devices": [{"id": CONGRESS_PANEL, "panel": changed}],
    }
    folder = settings.folder / "overlay"
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML.
    (folder / "demo.yaml").write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return folder


async def apply(settings: Settings, overlay: Path, dispatch: str) -> CityPack:
    """Runs `vigie pack apply` and returns the pack in force. Raises DemoUnable with the command's words."""
    overlays = [exercise(settings), overlay]
    command = [sys.executable, "-m", "cli", "pack", "apply", str(settings.pack)]
    command += [part for folder in overlays for part in ("--overlay", str(folder))]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--dispatch",
        dispatch,
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise DemoUnable(f"Le dossier de ville n'a pas pu être appliqué / the pack was not applied:\n{said.decode()}")
    return load_pack(settings.pack, overlays)


def _secret(file: Path) -> str:
    """32 hex digits: fit as an HMAC secret and as an AES key of 16 bytes."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(16), "ascii")
    return file.read_text("ascii").strip()
