"""Sends a dead letter's record back to its source topic, as it was: same key, same bytes, same headers."""

import base64
from typing import Any

from cli.dead_letters.reading import Found
from services.chassis.producer import Producer

WAIT_S = 15.0
REPLACED = "\ufffd"


def obstacle(found: Found) -> str | None:
    """Why this letter cannot go back as it was, French then English; None if it can."""
    letter = found.letter
    if letter.offset < 0:
        return "n'était pas un message Kafka mais une trame d'appareil / was no Kafka record but a device's frame"
    if "; kept are " in letter.reason:
        return "conservé en partie seulement / only a part of it was kept"
    if not letter.raw:
        return "sans contenu / had no value"
    if any(REPLACED in value for _, value in letter.headers):
        return "en-têtes illisibles / its headers were not text"
    return None


def send_back(config: dict[str, Any], found: list[Found]) -> None:
    """Returns once Kafka has acknowledged all. Raises DeliveryFailed."""
    own = {name: value for name, value in config.items() if name != "log_level"}
    producer = Producer(own)
    try:
        sent = [
            producer.send(each.letter.topic, _key(each), each.raw, [(k, v.encode()) for k, v in each.letter.headers])
            for each in found
        ]
        for future in sent:
            future.result(WAIT_S)
    finally:
        producer.close()


def _key(found: Found) -> bytes | None:
    key = found.letter.raw_key
    return None if key is None else base64.b64decode(key)
