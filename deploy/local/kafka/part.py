"""The brokers as parts of the stack: storage formatted once, fast start, memory kept small."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.health import kafka_answers
from deploy.local.kafka.java import Java
from deploy.local.kafka.properties import BrokerPorts, render
from deploy.local.layout import Layout
from deploy.local.part import Part
from deploy.local.sentences import StackError, part_failed

CLUSTER_ID = "VmlnaWUtbG9jYWwtc3RhY2"  # any 16 bytes in base64; one cluster a data folder
HEAP = "512m"
_WORTH_SHOWING = re.compile(r"\b(ERROR|FATAL)\b")


@dataclass(frozen=True)
class KafkaParts:
    """What is needed to describe the brokers."""

    layout: Layout
    java: Java
    jars: Path
    ports: Sequence[BrokerPorts]
    host: str = "127.0.0.1"

    @property
    def bootstrap(self) -> str:
        """KAFKA_BOOTSTRAP_SERVERS of these brokers."""
        return ",".join(f"{self.host}:{ports.client}" for ports in self.ports)

    def parts(self) -> list[Part]:
        """One part a broker; a broker is ready when all of them know each other."""
        return [self._part(node) for node in range(1, len(self.ports) + 1)]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts: `kafka`, or `kafka-1` … `kafka-3`."""
        count = len(self.ports)
        return ("kafka",) if count == 1 else tuple(f"kafka-{node}" for node in range(1, count + 1))

    def _part(self, node: int) -> Part:
        name = self.names[node - 1]
        return Part(
            name=name,
            command=(*self._java(), "kafka.Kafka", str(self._properties(node))),
            ready=kafka_answers(self.bootstrap),
            prepare=lambda: self._prepare(node),
            gives_way=len(self.ports) > 1,
            stop_seconds=20.0,
            show=lambda line: line if _WORTH_SHOWING.search(line) else None,
        )

    def _java(self) -> tuple[str, ...]:
        return (
            str(self.java.path),
            f"-Xmx{HEAP}",
            "-Xms128m",
            # Two cores: the first compiler tier starts fastest and stays light.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            f"-Duser.dir={self.layout.var}",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "-cp",
            f"{self.jars}/*",
        )

    def _data(self, node: int) -> Path:
        return self.layout.data(self.names[node - 1])

    def _properties(self, node: int) -> Path:
        return self.layout.run / f"{self.names[node - 1]}.properties"

    def _prepare(self, node: int) -> None:
        """Writes the settings, and formats the storage the first time."""
        data = self._data(node)
        self._properties(node).write_text(render(node, self.ports, self.host, data))
        if (data / "meta.properties").exists() and (data / "bootstrap.checkpoint").exists():
            return
        data.mkdir(parents=True, exist_ok=True)
        self._format(node)

    def _format(self, node: int) -> None:
        name = self.names[node - 1]
        command = (
            *self._java(),
            "kafka.tools.StorageTool",
            *("format", "--ignore-formatted", "--cluster-id", CLUSTER_ID),
            *("--config", str(self._properties(node))),
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
        log = self.layout.log(name)
        with log.open("a") as file:
            file.write(done.stdout + done.stderr)
        if done.returncode != 0:
            french, english = "n'a pas pu préparer son dossier", "could not format its folder"
            raise StackError(part_failed(name, french, english, str(log)))
