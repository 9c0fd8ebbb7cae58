"""`make upgrade-test FROM=<revision>`: that version under load becomes this one, and the books are closed.

Prints a table; exits with 1 where something was lost, sent twice, told twice or left over, with 2 for a wrong FROM.
Logs of both versions: var/upgrade/stack/log. VIGIE_FAULTS_LOAD=0.5 is half the load, for a busy machine; how
long an SOS waited says something on an idle one only, so it is shown and not judged.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from deploy.local.layout import REPOSITORY
from schemas.pack.files import load_pack
from tests.faults.city import SECRET, write_overlay
from tests.faults.partner import Partner, listen
from tests.faults.stack import PATIENCE, Stack
from tests.faults.town import perform
from tests.stack.running import StackProcess, start_stack
from tests.upgrade.processes import processes
from tests.upgrade.rolling import Rolling
from tests.upgrade.table import holds, table
from tests.upgrade.versions import BEFORE, NoSuchVersion, Version, ours, unpacked

PARTS = "kafka,postgres,mqtt"


def main() -> int:
    """The exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as after Ctrl-C everything is put away
    began = time.monotonic()
    var = Path(os.environ.get("VIGIE_VAR") or REPOSITORY / "var").resolve() / "upgrade"
    cache = Path(os.environ.get("VIGIE_CACHE") or REPOSITORY / "var" / "cache").resolve()
    os.environ.setdefault(SECRET, "of-the-upgrade-alone-0123456789abcdef")
    shutil.rmtree(var, ignore_errors=True)  # logs of the last run are kept until the next
    try:
        with unpacked(os.environ.get("FROM") or BEFORE, var, cache) as old:
            parts = start_stack(var / "parts", PARTS, {"VIGIE_BROKERS": "1", "VIGIE_CACHE": str(cache)})
            try:
                line = asyncio.run(upgrade(old, ours(), parts, var, cache))
            finally:
                parts.stop()
    except NoSuchVersion as sentence:
        print(sentence, file=sys.stderr)
        return 2
    print(table(line, time.monotonic() - began))
    (var / "summary.json").write_text(json.dumps(line, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if holds(line) else 1


async def upgrade(old: Version, new: Version, parts: StackProcess, var: Path, cache: Path) -> dict[str, Any]:
    """The line of tests/faults for the upgrade; `steps` and `versions` are in its notes."""
    partner = Partner(secret=os.environ[SECRET], listening=listen())
    await partner.start()
    environment = {
        "VIGIE_DISPATCHES": "2",
        "VIGIE_OVERLAY": str(write_overlay(var / "overlay", partner.url)),
        "VIGIE_CACHE": str(cache),
        "KAFKA_BOOTSTRAP_SERVERS": parts.kafka,
        "DATABASE_URL": parts.database_url,
        "MQTT_URL": parts.mqtt_url,
    }
    try:
        async with processes(var / "stack", environment) as services:
            rolling = Rolling(services, old, new)
            await rolling.start_old()
            stack = Stack(var / "stack", var / "orders", _accounts())
            async with asyncio.timeout(300 * PATIENCE):
                line = await perform(stack, partner, "upgrade", rolling, urgent=False)
    finally:
        await partner.stop()
    line["notes"] |= {
        "steps": [[name, began, ended, rolling.longest(began, ended)] for name, began, ended in rolling.steps],
        "versions": [f"{version.name} ({version.migrations[-1]})" for version in (old, new)],
    }
    return line


def _accounts() -> dict[str, str]:
    devices = load_pack(REPOSITORY / "deploy" / "cities" / "metz").devices
    return {device.id: device.panel.account for device in devices if device.panel is not None}


if __name__ == "__main__":
    sys.exit(main())
