"""The storm's devices, a process of their own: `python -m bench.storm.senders PLAN RESULT`, both JSON files.

PLAN: {ingest, dc09: [host, port], mqtt: [host, port], run, seconds, sensors, panels: {device: account}, rates: {http,
dc09, mqtt} in signals a second}. RESULT: what was sent and acknowledged, by way. A request that fails is repeated
unchanged until `PATIENCE_S` after the storm; what was due and could not be sent in time is counted, not made up for.
"""

import asyncio
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvloop
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from demo.senders.cameras import TOPIC, tracked_object
from demo.senders.dc09_frame import Frame, answer_of, build

BATCH = 100
PATIENCE_S = 30.0
CAMERAS = ("fournirue", "patrotte_thionville", "sablon_gymnase")
AT_ONCE = 200
"""Requests under way at most; a device that gets no answer waits."""


@dataclass
class Told:
    """Of one way. `late`: were due and not begun within a second."""

    sent: int = 0
    acknowledged: list[str] = field(default_factory=list)
    late: int = 0


@dataclass
class Storm:
    """Everything that is sent."""

    plan: dict[str, Any]
    http: httpx.AsyncClient
    told: dict[str, Told] = field(default_factory=lambda: {way: Told() for way in ("http", "dc09", "mqtt")})
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _published: dict[int, str] = field(default_factory=dict)
    """Objects by MQTT's packet number."""
    _heard: list[int] = field(default_factory=list)
    """Packet numbers with a PUBACK."""
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        """All ways side by side, then until everything was answered or PATIENCE_S have passed."""
        rates, end = self.plan["rates"], time.monotonic() + self.plan["seconds"]
        self.give_up = end + PATIENCE_S
        numbers = itertools.count()
        sensors, panels = itertools.cycle(self.plan["sensors"]), itertools.cycle(self.plan["panels"].items())
        mqtt = self._mqtt()

        def batch() -> None:
            bodies = [(next(sensors), f"{self.plan['run']}-{next(numbers)}") for _ in range(BATCH)]
            self._begin(self._post(bodies))

        def panel() -> None:
            device, account = next(panels)
            self._begin(self._report(device, account, next(numbers)))

        def camera() -> None:
            self._see(mqtt, next(numbers))

        flows = (("http", BATCH, batch), ("dc09", 1, panel), ("mqtt", 1, camera))
        await asyncio.gather(*(self._flow(self.told[way], size / rates[way], end, act) for way, size, act in flows))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=max(0.0, self.give_up - time.monotonic()))
        await asyncio.to_thread(self._all_heard)
        self.told["mqtt"].acknowledged = [self._published[mid] for mid in self._heard]
        mqtt.disconnect()
        mqtt.loop_stop()

    async def _flow(self, told: Told, every_s: float, end: float, act: Any) -> None:
        due = time.monotonic()
        while due < end:
            due += every_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() - due > 1.0 or self._room.locked():
                told.late += 1
                continue
            act()

    def _begin(self, act: Any) -> None:
        task = asyncio.create_task(self._in_turn(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, act: Any) -> None:
        async with self._room:
            await act

    async def _post(self, bodies: list[tuple[str, str]]) -> None:
        told, now = self.told["http"], datetime.now(UTC).isoformat(timespec="milliseconds")
        told.sent += len(bodies)
        content = orjson.dumps([{"device": d, "nature": "tamper", "at": now, "sequence": s} for d, s in bodies])
        headers = {"Content-Type": "application/json"}
        while time.monotonic() < self.give_up:
            try:
                answer = await self.http.post(f"{self.plan['ingest']}/v1/signals", content=content, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 202:
                told.acknowledged += [receipt["signal_id"] for receipt in orjson.loads(answer.content)]
                return
            await asyncio.sleep(0.2)

    async def _report(self, device: str, account: str, number: int) -> None:
        told = self.told["dc09"]
        told.sent += 1
        frame = build(Frame("SIA-DCS", account, number % 9999 + 1, f"Nri1/TA{number % 90 + 10}", datetime.now(UTC)))
        while time.monotonic() < self.give_up:
            if await self._exchange(frame) == "ACK":
                told.acknowledged.append(device)
                return
            await asyncio.sleep(0.5)

    async def _exchange(self, frame: bytes) -> str | None:
        writer = None
        try:
            async with asyncio.timeout(4.0):
                reader, writer = await asyncio.open_connection(*self.plan["dc09"])
                writer.write(frame)
                return answer_of(await reader.readuntil(b"\r"))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return None
        finally:
            if writer is not None:
                writer.close()

    def _mqtt(self) -> Client:
        names = (f"bench-{self.plan['run']}", MQTTProtocolVersion.MQTTv311)
        client = Client(CallbackAPIVersion.VERSION2, names[0], protocol=names[1])
        client.max_inflight_messages_set(500)
        client.on_publish = lambda _, __, mid, *___: self._heard.append(mid)
        client.connect(*self.plan["mqtt"])
        client.loop_start()
        return client

    def _all_heard(self) -> None:
        while time.monotonic() < self.give_up and len(self._heard) < len(self._published):
            time.sleep(0.1)

    def _see(self, mqtt: Client, number: int) -> None:
        """A new object; PUBACK tells that the broker has it, not yet that ingest does."""
        self.told["mqtt"].sent += 1
        now = time.time()
        name = f"{now:.6f}-{self.plan['run']}{number}"
        after = tracked_object(CAMERAS[number % len(CAMERAS)], "person", name, now, 0.86) | {
            "frame_time": now,
            "end_time": None,
        }
        told = mqtt.publish(TOPIC, json.dumps({"type": "new", "before": after, "after": after}), qos=1)
        self._published[told.mid] = name


async def send(plan: dict[str, Any]) -> dict[str, Any]:
    """Sends all of it; the result."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=15, trust_env=False) as http:
        storm = Storm(plan, http)
        await storm.run()
    return {way: {"sent": t.sent, "acknowledged": t.acknowledged, "late": t.late} for way, t in storm.told.items()}


def main() -> None:
    """Reads the plan, sends, writes the result."""
    found = uvloop.run(send(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
    Path(sys.argv[2]).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
