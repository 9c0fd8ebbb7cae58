"""The books of one case: what clients sent and saw against what the database holds. The verdicts are pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.ledger import Ledger, Sent, TabletEvent, Way
from demo.measure.doubles import double_assignments

T_LIMIT_MS = 1000.0
UNSEEN = "never on a tablet"
ACTIVE = frozenset({"offered", "accepted", "en_route", "on_scene"})


@dataclass
class Held:
    """What the system says of the signals of a case, read after it settled."""

    outcomes: dict[str, str] = field(default_factory=dict)
    """Outcome by signal."""
    cards: dict[str, str] = field(default_factory=dict)
    """Incident by signal."""
    frames: dict[tuple[str, str], str] = field(default_factory=dict)
    """Signal by device and device's time (RFC 3339, whole seconds): a DC-09 ACK names no id."""
    history: list[TabletEvent] = field(default_factory=list)
    """Every state of every assignment, in commit order."""
    hand_overs: dict[str, str] = field(default_factory=dict)
    """State by hand-over."""
    on_topic: set[str] = field(default_factory=set)
    """Every signal that Kafka holds: what ingest acknowledged to the MQTT broker is among these."""
    conflicting: list[str] = field(default_factory=list)
    """Signals whose outcome is not one but several."""
    subjects: set[str] = field(default_factory=set)
    """What cameras saw and was heard: Frigate's object ids."""
    unsent: int = 0
    """Rows of the outbox that Kafka does not have yet."""


@dataclass
class Verdict:
    """One line of the table. Each list of sentences is empty where the invariant held."""

    sent: int
    acknowledged: int
    lost: list[str]
    doubled: list[str]
    effects: list[str]
    waits_ms: list[float]
    late: list[str]

    def worst_ms(self) -> float | None:
        """The longest way of an urgent alarm from its sender to a tablet."""
        return round(max(self.waits_ms), 1) if self.waits_ms else None

    def p99_ms(self) -> float | None:
        """The same, nearest rank."""
        ordered = sorted(self.waits_ms)
        return round(ordered[math.ceil(0.99 * len(ordered)) - 1], 1) if ordered else None


def signal_of(sent: Sent, held: Held) -> str | None:
    """The id under which a signal is stored."""
    if sent.signal_id is not None or sent.device_at is None:
        return sent.signal_id
    return held.frames.get((sent.device, sent.device_at.isoformat()))


def missing(ledger: Ledger, held: Held) -> list[str]:
    """Acknowledged signals without an outcome, acknowledged urgent ones without an incident; a sentence each."""
    found = []
    for sent in ledger.sent:
        if sent.acknowledged_at is None or sent.way is Way.MQTT:
            continue
        signal = signal_of(sent, held)
        name = f"{sent.way} {sent.device} {sent.what} {signal or sent.device_at}"
        if signal is None or signal not in held.outcomes:
            found.append(f"{name}: no outcome")
        elif sent.urgent and signal not in held.cards:
            found.append(f"{name}: no incident")
    return found + [f"signal {signal} on the topic: no outcome" for signal in held.on_topic - held.outcomes.keys()]


def doubled(ledger: Ledger, held: Held) -> list[str]:
    """Units or slots bound twice, as the tablets saw it and as the database's history has it."""
    return sorted({*double_assignments(ledger.tablet_events), *double_assignments(held.history)})


def effects(held: Held, letters: Iterable[str], twice: Sequence[str]) -> list[str]:
    """Hand-overs told under two ids, or not at all; assignments' states told twice; outcomes that differ."""
    told = Counter(letter for letter in letters if letter)
    found = [f"hand-over {name}: {count} letters" for name, count in told.items() if count > 1]
    found += [f"hand-over {name} ({state}): no letter" for name, state in held.hand_overs.items() if name not in told]
    return found + list(twice) + held.conflicting


def ways(ledger: Ledger, begins: float) -> list[tuple[Sent, float | None]]:
    """Each acknowledged SOS sent after `begins`, and when (loop's clock) a tablet first showed it; None: never."""
    shown: dict[str, float] = {}
    for event in ledger.tablet_events:
        for signal in event.signal_ids:
            shown[signal] = min(shown.get(signal, math.inf), event.received_at)
    asked = (s for s in ledger.sent if s.urgent and s.acknowledged_at is not None and s.sent_at >= begins)
    return [(sent, shown.get(sent.signal_id or "")) for sent in asked]


def waits(ledger: Ledger, begins: float) -> tuple[list[float], list[str]]:
    """Milliseconds from the send of each SOS (sent after `begins`) to the first tablet; sentences for those > 1 s.

    An SOS that no tablet ever showed counts as late: there is a free patrol for each.
    """
    measured, late = [], []
    for sent, at in ways(ledger, begins):
        if at is None:
            late.append(f"{sent.device}: {UNSEEN}")
            continue
        wait_ms = (at - sent.sent_at) * 1000
        measured.append(wait_ms)
        if wait_ms > T_LIMIT_MS and sent.acknowledged_at is not None:
            acked_ms = (sent.acknowledged_at - sent.sent_at) * 1000
            when = f"sent at +{sent.sent_at - begins:.1f} s, acknowledged after {acked_ms:.0f} ms"
            late.append(f"{sent.device}: {wait_ms:.0f} ms ({when}, {sent.attempts} attempt(s))")
    return measured, late


def epochs_in_order(history: Iterable[TabletEvent]) -> list[str]:
    """Units whose epoch went back: an old process decided after a newer one."""
    last: dict[str, int] = defaultdict(int)
    found = []
    for event in sorted(history, key=lambda event: event.position):
        if event.state == "offered":
            if event.epoch <= last[event.unit]:
                found.append(f"{event.unit}: epoch {event.epoch} after {last[event.unit]}")
            last[event.unit] = event.epoch
    return found


def row_of(name: str, verdict: Verdict, holds: dict[str, bool | None], more: dict[str, Any]) -> dict[str, Any]:
    """A line of var/faults/summary.json, under the keys that DESIGN.md names, and what explains it."""
    return {
        "fault": name,
        "invariants": holds,
        "sent": verdict.sent,
        "acknowledged": verdict.acknowledged,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled) + len(verdict.effects),
        "worst_urgent_ms": verdict.worst_ms(),
        "passed": all(held is not False for held in holds.values()),
        "urgent": len(verdict.waits_ms),
        "urgent_p99_ms": verdict.p99_ms(),
        "urgent_late": len(verdict.late),
        "urgent_unseen": sum(sentence.endswith(UNSEEN) for sentence in verdict.late),
        **more,
    }
