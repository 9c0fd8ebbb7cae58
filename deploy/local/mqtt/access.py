"""Who may do what at the MQTT broker: a user for each Frigate, which publishes on its own topics only, and ingest's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from schemas.pack.pack import CityPack

INGEST = "ingest"
EVERYTHING = "frigate/#"
USERS_FILE = "mqtt-users.json"


@dataclass(frozen=True)
class MqttUser:
    """A user of the broker. `publishes` and `subscribes`: topics or filters; none means nothing."""

    name: str
    publishes: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()


def users_of(pack: CityPack) -> list[MqttUser]:
    """Ingest, which hears all, and each Frigate that the pack's cameras name: `frigate-<instance>`, else `frigate`."""
    found = {device.analytics.frigate_instance for device in pack.devices if device.analytics is not None}
    users = [MqttUser(INGEST, subscribes=(EVERYTHING,))]
    for instance in sorted(found, key=lambda name: name or ""):
        base = "frigate" if instance is None else f"frigate/{instance}"
        name = "frigate" if instance is None else f"frigate-{instance}"
        users.append(MqttUser(name, publishes=(f"{base}/events", f"{base}/reviews")))
    return users


def mosquitto_acl(users: Iterable[MqttUser]) -> str:
    """The text of Mosquitto's `acl_file`; whoever is not named may do nothing."""
    lines: list[str] = []
    for user in users:
        lines.append(f"user {user.name}")
        lines += [f"topic write {topic}" for topic in user.publishes]
        lines += [f"topic read {topic}" for topic in user.subscribes]
    return "\n".join(lines) + "\n"


def write_users(folder: Path, users: Iterable[MqttUser], passwords: Mapping[str, str]) -> Path:
    """Writes what the amqtt broker reads: hashes (Argon2), never passwords. Returns the file of users."""
    from pwdlib import PasswordHash

    hashes, known = PasswordHash.recommended(), list(users)
    folder.mkdir(parents=True, exist_ok=True)
    secrets, file = folder / "mqtt-passwords", folder / USERS_FILE
    secrets.touch(0o600)
    secrets.write_text("".join(f"{user.name}:{hashes.hash(passwords[user.name])}\n" for user in known), "utf-8")
    file.write_text(json.dumps({"passwords": str(secrets), "users": [asdict(user) for user in known]}), "utf-8")
    return file


def amqtt_plugins(file: Path) -> dict[str, Any]:
    """The plugins that let only these users in, each to its own topics."""
    told = json.loads(file.read_text("utf-8"))
    publishes = {user["name"]: user["publishes"] or ["-"] for user in told["users"]}
    subscribes = {user["name"]: user["subscribes"] or ["-"] for user in told["users"]}
    return {
        "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": told["passwords"]},
        "amqtt.plugins.topic_checking.TopicAccessControlListPlugin": {
            "publish_acl": publishes,
            "acl": subscribes,  # of subscriptions; amqtt 0.12 knows the newer name but not in its configuration
        },
    }
