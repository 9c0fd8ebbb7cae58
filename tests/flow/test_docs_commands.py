"""Every command of the guides, in the order of the guides, on a stack that `make up` itself starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.local.layout import REPOSITORY
from tests.guides import LANGUAGES, Commands, commands

PATIENCE_S = 20.0
ONLY_ASKS = "curl -s -b "
"""A command that only looks is asked again until what it must print is there: an alarm takes a moment."""


@dataclass(frozen=True)
class Machine:
    """Where the guides' folders and doors really are while they are tested."""

    var: Path
    folder: Path

    def here(self, text: str) -> str:
        """The same command for this run: its own folders, and the ports of the stack where one runs."""
        text = text.replace("/srv/vigie", str(self.folder)).replace("var/secrets", str(self.var / "secrets"))
        for port, real in self._ports().items():
            text = re.sub(rf"\b{port}\b", str(real), text)
        return text

    def _ports(self) -> dict[str, int | None]:
        record = self.var / "run" / "stack.json"
        facts = json.loads(record.read_text()) if record.exists() else {}
        if not facts.get("dispatch_urls"):
            return {}
        return {
            "8100": urlsplit(facts["dispatch_urls"][0]).port,
            "8101": urlsplit(facts["ingest_url"]).port,
            "12309": int(facts["dc09"].rpartition(":")[2]),
            "1883": urlsplit(facts["mqtt_url"]).port,
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """One block, in Vigie's folder, as one script that ends at the first failure."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(command)],
            cwd=REPOSITORY,
            # What an outer make hands on (MAKEFLAGS) is not what somebody types.
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
                "VIGIE_VAR": str(self.var),
                "VIGIE_ACCOUNTS": "demo",
                "VIGIE_CITY": "metz",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=180,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Its stack, if a command left one running, is stopped."""
    machine = Machine(tmp_path / "var", tmp_path / "srv")
    yield machine
    machine.run("make down")


def said(block: Commands, output: str) -> bool:
    """Each line that the guide shows is in the output; `…` stands for anything."""
    return all(re.search(".*".join(map(re.escape, line.split("…"))), output) for line in block.printed)


def done(machine: Machine, block: Commands) -> subprocess.CompletedProcess[str]:
    """Runs the block; one that only asks is asked again for a while."""
    began = time.monotonic()
    while True:
        ran = machine.run(block.body)
        well = ran.returncode == 0 and said(block, ran.stdout)
        if well or not block.body.startswith(ONLY_ASKS) or time.monotonic() - began > PATIENCE_S:
            return ran
        time.sleep(0.2)


def once(found: list[Commands]) -> list[Commands]:
    """What stands word for word on several pages is run where it stands first."""
    first: dict[str, Commands] = {}
    for block in found:
        if block.title is None:
            first.setdefault(block.body, block)
    return list(first.values())


def test_every_command_of_the_guides_does_what_they_say(machine: Machine) -> None:
    """Each ends with exit code 0 and prints what the guide shows below it, in either language."""
    french, english = (once(commands(language)) for language in LANGUAGES)
    assert [block.body for block in french] == [block.body for block in english]
    assert len(french) > 15
    for block, twin in zip(french, english, strict=True):
        ran = done(machine, block)
        told = f"{block.page}:\n{machine.here(block.body)}\n→ {ran.returncode}\n{ran.stdout}"
        assert ran.returncode == 0, told
        assert said(block, ran.stdout), told
        assert said(twin, ran.stdout), told
