"""The MQTT broker as a part of the stack."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.health import mqtt_answers
from deploy.local.layout import Layout
from deploy.local.mqtt.access import INGEST, USERS_FILE, MqttUser, write_users
from deploy.local.part import Part

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


@dataclass(frozen=True)
class MqttPart:
    """What is needed to describe the broker."""

    layout: Layout
    port: int
    host: str = "127.0.0.1"
    mosquitto: Path | None = None
    passwords: Mapping[str, str] = field(default_factory=dict)
    """By user; with any, amqtt lets only `users` in, each to its own topics. Mosquitto is left open to this machine."""
    users: tuple[MqttUser, ...] = ()

    @property
    def ingest_url(self) -> str:
        """MQTT_URL for ingest."""
        if not self._asks:
            return self.url
        return f"mqtt://{INGEST}:{self.passwords[INGEST]}@{self.host}:{self.port}"

    @property
    def _asks(self) -> bool:
        return bool(self.users) and self.mosquitto is None

    @property
    def url(self) -> str:
        """MQTT_URL of this broker."""
        return f"mqtt://{self.host}:{self.port}"

    @property
    def kind(self) -> str:
        """Which program serves."""
        return "mosquitto" if self.mosquitto else "amqtt"

    def part(self) -> Part:
        """Mosquitto if it was found, else amqtt."""
        if self.mosquitto is None:
            command = (sys.executable, "-m", "deploy.local.mqtt.amqtt_broker", f"{self.host}:{self.port}")
            return Part(
                name="mqtt",
                command=(*command, str(self._users_folder / USERS_FILE)) if self._asks else command,
                ready=mqtt_answers(self.url),
                prepare=self._write_users if self._asks else None,
            )
        return Part(
            name="mqtt",
            command=(str(self.mosquitto), "-c", str(self._configuration_file)),
            ready=mqtt_answers(self.url),
            prepare=self._prepare,
            show=_problems,
        )

    @property
    def _configuration_file(self) -> Path:
        return self.layout.run / "mosquitto.conf"

    @property
    def _users_folder(self) -> Path:
        return self.layout.run / "mqtt"

    def _write_users(self) -> None:
        write_users(self._users_folder, self.users, self.passwords)

    def _prepare(self) -> None:
        data = self.layout.data("mosquitto")
        data.mkdir(parents=True, exist_ok=True)
        self._configuration_file.write_text(render(self.host, self.port, data, as_root=os.geteuid() == 0))


def render(host: str, port: int, data: Path, *, as_root: bool) -> str:
    """Returns mosquitto.conf: persistent sessions with their queued messages, on disk every few seconds."""
    lines = [
        f"listener {port} {host}",
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {data}/",
        "autosave_interval 5",
        "max_queued_messages 100000",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
    ]
    if as_root:
        # It would change to the account `mosquitto`, which cannot write to our folder.
        lines.append("user root")
    return "\n".join(lines) + "\n"


def find_mosquitto() -> Path | None:
    """Returns the installed broker; Debian puts it where an ordinary user's PATH does not look."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_SYSTEM_FOLDERS)
    return Path(found) if found else None


def _problems(line: str) -> str | None:
    return line if "rror" in line else None
