"""The table of answers, on RocksDB with a changelog in Kafka, and the acknowledgement of each of its writes."""

from typing import Any

import faust
from faust.types import FutureMessage

NAME = "answers"
# One small database a partition: Faust's defaults would take 2 GiB of cache and 192 MiB of buffers for each.
ROCKSDB: dict[str, Any] = {
    "driver": "rocksdict",
    "write_buffer_size": 4 * 1024**2,
    "max_write_buffer_number": 2,
    "target_file_size_base": 16 * 1024**2,
    "block_cache_size": 8 * 1024**2,
}


class AnswersTable(faust.Table[bytes, bytes]):
    """alarm id → answer (bytes both). Writes of the event in hand are collected: they must be durable before its ack.

    Faust only flushes its producer before it commits; a changelog record that failed would be missed quietly.
    """

    def __init__(self, app: faust.App, **named: Any) -> None:
        super().__init__(app, **named)
        self._sent: list[FutureMessage] = []

    def send_changelog(self, *arguments: Any, **named: Any) -> FutureMessage:
        """Remembers the future of each changelog record."""
        sent: FutureMessage = super().send_changelog(*arguments, **named)
        self._sent.append(sent)
        return sent

    def take_sent(self) -> list[FutureMessage]:
        """The futures of all writes since the last call."""
        sent, self._sent = self._sent, []
        return sent


def answers_table(app: faust.App, partitions: int) -> AnswersTable:
    """The table of `app`; its changelog is made by `python -m schemas.topics create`."""
    table = AnswersTable(
        app,
        name=NAME,
        partitions=partitions,
        key_type=bytes,
        value_type=bytes,
        store="rocksdb://",
        options=dict(ROCKSDB),
    )
    app.tables.add(table)
    return table
