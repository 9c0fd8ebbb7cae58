"""A message that the MQTT broker repeats to each new subscriber is no new alarm: real broker, real process."""

import asyncio
from pathlib import Path

import httpx
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.flow.bad_input.camera_cases import EVENTS, event
from tests.flow.ingest_world import Reader, RunningIngest, apply_pack, publish, until


def retain(url: str, topic: str, payload: bytes) -> None:
    """Leaves a message with the broker; an empty one takes it away."""
    host, _, port = url.removeprefix("mqtt://").partition(":")
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(host, int(port))
    client.loop_start()
    client.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


async def test_a_retained_message_is_no_new_alarm(kafka: str, mqtt: str, tmp_path: Path) -> None:
    """What the broker kept from before is acknowledged and passed over; the object seen now raises."""
    apply_pack(kafka)
    reader = Reader(kafka, "signals")
    await asyncio.to_thread(retain, mqtt, EVENTS, event(70_001))
    process = RunningIngest(kafka, mqtt, tmp_path)
    try:
        await process.start()
        async with httpx.AsyncClient(base_url=process.url) as client:

            async def passed_over() -> bool:
                return 'messages_total{result="retained"} 1.0' in (await client.get("/metrics")).text

            await until(passed_over, "the broker did not repeat it")
        await asyncio.to_thread(publish, mqtt, EVENTS, [event(70_002).decode()])

        async def raised() -> bool:
            return [signal.subject for signal in reader.signals("fi-cam")] == ["bad-70002"]

        await until(raised, "only the new one raises")
    finally:
        await asyncio.to_thread(retain, mqtt, EVENTS, b"")
        reader.close()
        assert process.stop() == 0, process.log[-3000:]
