"""Camera analytics as Frigate publishes them: MQTT, QoS 1, one object from `new` over `update` to `end`."""

import asyncio
import json
import random
import string
import time
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from demo.ledger import Ledger, Sent, Way

TOPIC = "frigate/events"
USER = "frigate"
UPDATES = 2


@dataclass
class Cameras:
    """One Frigate: a client of the broker that queues while it is away."""

    broker: tuple[str, int]
    run: str
    ledger: Ledger
    password: str | None = None
    """Of user `frigate`, where the broker asks for one."""
    _client: Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = Client(
            CallbackAPIVersion.VERSION2, f"frigate-demo-{self.run}", protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.reconnect_delay_set(1, 5)
        if self.password is not None:
            self._client.username_pw_set(USER, self.password)

    def start(self) -> None:
        """Connects, and again whenever the broker was away."""
        self._client.connect_async(*self.broker, keepalive=20)
        self._client.loop_start()

    def stop(self) -> None:
        """Says goodbye to the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    async def see(self, camera: str, label: str, device: str, *, score: float = 0.86, pace_s: float = 0.6) -> Sent:
        """One object from its appearance to its end, with updates between: a lost message is healed by the next."""
        started = time.time()
        name = f"{started:.6f}-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=6))
        sent = Sent(Way.MQTT, device, urgent=False, sent_at=asyncio.get_running_loop().time(), what=label, subject=name)
        self.ledger.sent.append(sent)
        for kind in ("new", *("update",) * UPDATES, "end"):
            self._publish(kind, camera, label, name, started, score)
            await asyncio.sleep(pace_s)
        return sent

    def _publish(self, kind: str, camera: str, label: str, name: str, started: float, score: float) -> None:
        now = time.time()
        after = tracked_object(camera, label, name, started, score) | {
            "frame_time": now,
            "end_time": now if kind == "end" else None,
        }
        message = {"type": kind, "before": after, "after": after}
        self._client.publish(TOPIC, json.dumps(message), qos=1)


def tracked_object(camera: str, label: str, name: str, started: float, score: float) -> dict[str, Any]:
    """One object as Frigate describes it; `started` in seconds since 1970."""
    return {
        "id": name,
        "camera": camera,
        "label": label,
        "sub_label": None,
        "score": score,
        "top_score": score,
        "false_positive": False,
        "start_time": started,
        "box": [424, 500, 536, 712],
        "area": 23744,
        "region": [264, 450, 667, 853],
        "stationary": False,
        "motionless_count": 0,
        "current_zones": [],
        "entered_zones": [],
        "has_clip": False,
        "has_snapshot": False,
    }
