"""Sends the real frames and camera files into a running stack and prints what became of each.

`python -m tests.flow.show_ingest` reads `var/run/stack.json` (VIGIE_VAR) and `../shared/data`.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from deploy.local.layout import REPOSITORY
from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Signal
from tests.flow.ingest_world import Reader, publish, tell

DATA = REPOSITORY.parent / "shared" / "data"


def shown(reader: Reader, dead: Reader, seen: list[int]) -> str:
    """The signals and dead letters that came since the last call."""
    signals, letters = reader.read(), dead.read()
    new = [*signals[seen[0] :], *letters[seen[1] :]]
    seen[:] = [len(signals), len(letters)]
    return "; ".join(_words(message) for message in new) or "-"


def _words(message: object) -> str:
    if isinstance(message, Signal):
        flags = f" [{', '.join(message.flags)}]" if message.flags else ""
        change = message.attributes.get("change", message.code)
        return f"{message.device} {message.nature.value}/{message.phase.value} {change}{flags}"
    assert isinstance(message, DeadLetter)
    return f"dead letter: {message.reason}"


async def main(facts: dict[str, str]) -> None:
    """Prints one line a frame and a file."""
    reader, dead = Reader(facts["kafka"], "signals"), Reader(facts["kafka"], "signals.dead")
    seen, port = [0, 0], int(facts["dc09"].rpartition(":")[2])
    for line in (DATA / "dc09" / "frames.jsonl").read_text().splitlines():
        case = json.loads(line)
        variants = {"as sent": f"\n{case['line']}\r", "fixed": case.get("frame_fixed")}
        for name, frame in variants.items():
            if frame is not None:
                answer = (await tell(port, frame.encode("latin-1"), seconds=1.0)).decode("latin-1").strip()
                sys.stdout.write(f"{case['name']:18}{name:9}{answer[8:60] or '(none)':56}{shown(reader, dead, seen)}\n")
    for path in sorted((DATA / "frigate").glob("*.json")):
        publish(facts["mqtt_url"], "frigate/events", [path.read_text()])
        await asyncio.sleep(0.5)  # an MQTT publisher is told nothing of what becomes of its message
        sys.stdout.write(f"{path.name:44}{shown(reader, dead, seen)}\n")
    reader.close()
    dead.close()


if __name__ == "__main__":
    stack = Path(os.environ.get("VIGIE_VAR", REPOSITORY / "var")) / "run" / "stack.json"
    asyncio.run(main(json.loads(stack.read_text())))
