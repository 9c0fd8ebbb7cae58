"""What the books are compared with: PostgreSQL's tables and the `signals` topic, read from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import psycopg
from confluent_kafka import Consumer, TopicPartition

from demo.ledger import TabletEvent
from tests.faults.books import Held
from tests.faults.tablets import seen_on_tablet

TOPICS = ("signals", "signal.outcomes")


class Unread(Exception):
    """Kafka did not give what it holds; asked again later."""


class Mark:
    """Where stream and topics stood when a case began: the case's books begin there."""

    def __init__(self, database: str, kafka: str) -> None:
        self._database, self._kafka = database, kafka
        with psycopg.connect(database) as conn:
            self.position = conn.execute("SELECT coalesce(max(position), 0) FROM dispatch.stream").fetchone()[0]  # type: ignore[index]
            self.began = conn.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
        self.offsets = self._ends()

    def _ends(self) -> dict[tuple[str, int], int]:
        consumer = self._consumer()
        try:
            ends = {}
            for topic in TOPICS:
                for number in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
                    ends[topic, number] = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)[1]
            return ends
        finally:
            consumer.close()

    def held(self, panels: Sequence[str]) -> Held:
        """Reads everything since the mark. Raises psycopg.Error or KafkaException while something is away."""
        held = Held()
        self._read_topics(held)
        with psycopg.connect(self._database) as conn:
            self._read_tables(conn, held, panels)
        return held

    def _read_tables(self, conn: psycopg.Connection[Any], held: Held, panels: Sequence[str]) -> None:
        since = {"began": self.began, "position": self.position, "panels": list(panels)}
        # The outcome's own time is screening's, which a case may set wrong: rows are found by id and by device.
        rows = conn.execute("SELECT signal_id, outcome FROM dispatch.signal_outcomes").fetchall()
        held.outcomes = dict(rows)
        held.cards = dict(
            conn.execute(
                "SELECT signal_id, incident_id FROM dispatch.incident_signals WHERE linked_at >= %(began)s", since
            ).fetchall()
        )
        frames = conn.execute(
            "SELECT device, to_char((record->>'device_at')::timestamptz AT TIME ZONE 'UTC',"
            ' \'YYYY-MM-DD"T"HH24:MI:SS"+00:00"\'), signal_id FROM dispatch.signal_outcomes'
            " WHERE device = ANY(%(panels)s) AND record->>'device_at' IS NOT NULL",
            since,
        ).fetchall()
        held.frames = {(device, at): signal for device, at, signal in frames}
        held.subjects = {
            subject
            for (subject,) in conn.execute(
                "SELECT record->>'subject' FROM dispatch.signal_outcomes"
                " WHERE record->>'device_kind' = 'camera' AND record->>'subject' IS NOT NULL"
            ).fetchall()
        }
        held.history = self.history(conn)
        held.hand_overs = dict(
            conn.execute("SELECT id, state FROM dispatch.hand_overs WHERE sent_at >= %(began)s", since).fetchall()
        )
        held.unsent = conn.execute("SELECT count(*) FROM dispatch.outbox WHERE sent_at IS NULL").fetchone()[0]  # type: ignore[index]

    def history(self, conn: psycopg.Connection[Any] | None = None) -> list[TabletEvent]:
        """Every state of every assignment since the mark, in commit order."""
        if conn is None:
            with psycopg.connect(self._database) as own:
                return self.history(own)
        return [_event(*row) for row in conn.execute(_HISTORY, {"position": self.position}).fetchall()]

    def cards(self) -> int:
        """Incidents opened since the mark that are no SOS."""
        query = "SELECT count(*) FROM dispatch.incidents WHERE nature <> 'sos' AND opened_at >= %s"
        with psycopg.connect(self._database) as conn:
            return int(conn.execute(query, (self.began,)).fetchone()[0])  # type: ignore[index]

    def _read_topics(self, held: Held) -> None:
        """Which signals Kafka holds, and whether one has two outcomes that differ."""
        outcomes: dict[str, set[bytes]] = {}
        consumer = self._consumer()
        try:
            consumer.assign([TopicPartition(topic, number, at) for (topic, number), at in self.offsets.items()])
            ends = self._ends()
            left = {place for place, end in ends.items() if end > self.offsets[place]}
            while left:
                messages = consumer.consume(1000, 5.0)
                if not messages:
                    raise Unread(f"{len(left)} partitions could not be read to their end")
                for message in messages:
                    if message.error() is not None:
                        continue
                    headers = dict(message.headers() or ())
                    place = (str(message.topic()), int(message.partition() or 0))
                    if place[0] == "signals":
                        held.on_topic.add(_id(headers))
                    else:
                        outcomes.setdefault(_id(headers), set()).add(_sort_of(message.value() or b""))
                    if (message.offset() or 0) + 1 >= ends[place]:
                        left.discard(place)
        finally:
            consumer.close()
        held.conflicting = [
            f"signal {name}: {len(kinds)} outcomes" for name, kinds in outcomes.items() if len(kinds) > 1
        ]

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self._kafka,
                "group.id": "faults-observer",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "log_level": 0,
            }
        )


_HISTORY = """
SELECT position, at, data FROM dispatch.stream WHERE kind = 'assignment' AND position > %(position)s ORDER BY position
"""


def _event(position: int, at: Any, data: dict[str, Any]) -> TabletEvent:
    return seen_on_tablet(data | {"position": position, "at": at.isoformat()}, 0.0)


def _id(headers: dict[str, Any]) -> str:
    return bytes(headers["ce_id"]).decode().removesuffix(":outcome")


def _sort_of(value: bytes) -> bytes:
    """What an outcome says, without when it was said."""
    content = json.loads(value)
    return f"{content['outcome']} {content['reason']}".encode()
