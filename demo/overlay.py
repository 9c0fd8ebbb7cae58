"""Where the demo's partners listen is told to the city pack as a city would: an overlay, applied without a restart."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx

from demo.settings import REPOSITORY, DemoUnable, Settings
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack


def overlays(settings: Settings, address: Callable[[str], str]) -> list[Path]:
    """The exercise overlay, and one of our own where a partner listens elsewhere than the pack says.

    `address(agency)` is where the demo plays it.
    """
    exercise = settings.pack / "overlays" / "exercice"
    agencies = _load(settings.pack, (exercise,)).agencies
    moved = [
        {"id": agency.id, "webhook_url": address(agency.id)}
        for agency in agencies
        if agency.webhook_url != address(agency.id)
    ]
    if not moved:
        return [exercise]
    folder = settings.folder / "overlay"
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML.
    (folder / "agencies.yaml").write_text(json.dumps({"agencies": moved}, ensure_ascii=False, indent=1), "utf-8")
    return [exercise, folder]


async def apply(settings: Settings, folders: list[Path], client: httpx.AsyncClient, dispatch: str) -> CityPack:
    """The pack in force, after `vigie pack apply` where another one was. Raises DemoUnable with its words."""
    wanted = _load(settings.pack, tuple(folders))
    held = await client.get(f"{dispatch}/v1/packs/{wanted.centre.code}")
    if held.status_code != 200 or held.json()["version"] != wanted.version:
        await _run_apply(settings, folders, dispatch)
    return wanted


async def _run_apply(settings: Settings, folders: list[Path], dispatch: str) -> None:
    command = [sys.executable, "-m", "cli", "pack", "apply", str(settings.pack)]
    command += [part for folder in folders for part in ("--overlay", str(folder))]
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


@cache
def _load(folder: Path, over: tuple[Path, ...]) -> CityPack:
    return load_pack(folder, over)


def secret(settings: Settings, reference: str | None) -> str:
    """What a reference of the pack stands for on this machine. Raises DemoUnable where nothing does."""
    kind, _, name = (reference or "").partition(":")
    if kind == "env" and name in os.environ:
        return os.environ[name].strip()
    file = settings.var / "secrets" / name
    if name and "/" not in name and file.is_file():
        return file.read_text("ascii").strip()
    raise DemoUnable(
        f"Secret « {reference} » introuvable : mettez-le dans {file}. / Secret not found: put it into that file."
    )
