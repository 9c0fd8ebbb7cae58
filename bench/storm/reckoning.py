"""What became of everything that was acknowledged, and how far behind the processors are."""

from collections import Counter
from typing import Any

import orjson

from bench.screening.judging import everything, written


def backlog(brokers: str) -> int:
    """Signals without an outcome yet, by the ends of both topics."""
    return written(brokers, "signals") - written(brokers, "signal.outcomes")


def lost(brokers: str, told: dict[str, Any]) -> tuple[int, int]:
    """How many acknowledged signals have no outcome, and how many signals Kafka holds.

    Requests are told by signal id, objects of cameras by their id, frames of panels by the number of each panel.
    """
    outcomes = everything(brokers, "signal.outcomes")
    ended = {orjson.loads(record.value() or b"{}").get("signal_id") for record in outcomes}
    held, without = 0, 0
    subjects, panels = set[str](), Counter[str]()
    for record in everything(brokers, "signals"):
        signal = orjson.loads(record.value() or b"{}")
        held += 1
        if signal.get("signal_id") not in ended:
            without += 1
            continue
        subjects.add(signal.get("subject") or "")
        panels[signal.get("device") or ""] += 1
    missing = sum(name not in ended for name in told["http"]["acknowledged"])
    missing += sum(name not in subjects for name in told["mqtt"]["acknowledged"])
    frames = Counter(told["dc09"]["acknowledged"])
    missing += sum(max(0, count - panels[device]) for device, count in frames.items())
    return max(missing, without), held
