"""var/run/stack.json: where clients (demo, tests, cli) find the running stack. Mode 0600: it holds a password."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from deploy.local.assembly import Assembly
from deploy.local.layout import Layout
from deploy.local.record import replace_text


@dataclass
class StackFile:
    """Rewritten whole whenever a process starts or ends, so that `pids` are the present ones."""

    layout: Layout
    assembly: Assembly
    _pids: dict[str, int] = field(default_factory=dict)
    _ready: bool = False
    _started_at: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))

    def processes_changed(self, pids: dict[str, int]) -> None:
        """Called with the pid of each running part."""
        self._pids = dict(pids)
        self._write()

    def became_ready(self) -> None:
        """Called once every part answers and the city pack is applied."""
        self._ready = True
        self._write()

    def remove(self) -> None:
        """Called when the stack has stopped."""
        self.layout.stack_file.unlink(missing_ok=True)

    def content(self) -> dict[str, Any]:
        """What clients read; `ready` is false while the stack is coming up."""
        doors, endpoints = self.assembly.doors, self.assembly.endpoints
        return {
            "ready": self._ready,
            "kafka": endpoints.kafka,
            "database_url": endpoints.database,
            "mqtt_url": endpoints.mqtt,
            "ingest_url": doors.ingest_urls[0],
            "ingest_urls": doors.ingest_urls,
            "dc09": doors.dc09_addresses[0],
            "dc09_addresses": doors.dc09_addresses,
            "dispatch_urls": doors.dispatch_urls,
            "metrics": doors.metrics(),
            "prometheus_url": self.assembly.prometheus,
            "pids": {"supervisor": os.getpid(), **self._pids},
            "started_at": self._started_at,
            "var": str(self.layout.var),
        }

    def _write(self) -> None:
        replace_text(self.layout.stack_file, json.dumps(self.content(), indent=1))
