"""Prometheus beside the stack (`make demo OBSERVE=1`): scrapes every process and judges the alert rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.health import http_ready
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.part import Part
from deploy.local.sentences import StackError, missing_tool
from deploy.local.services import BESIDE, nothing

CONFIGURATION = REPOSITORY / "deploy" / "prometheus"
KEPT = "7d"


@dataclass(frozen=True)
class PrometheusPart:
    """What is needed to describe it. `peers`: base URL of each process by its name."""

    layout: Layout
    binary: Path
    port: int
    peers: Mapping[str, str]

    @property
    def url(self) -> str:
        """Its pages."""
        return f"http://127.0.0.1:{self.port}"

    def part(self) -> Part:
        """On this machine only, whatever the services' doors listen on."""
        data = self.layout.data("prometheus")
        command = (
            str(self.binary),
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={data}",
            f"--storage.tsdb.retention.time={KEPT}",
            "--enable-feature=exemplar-storage",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn",
        )
        return Part(
            name="prometheus",
            command=command,
            ready=http_ready(f"{self.url}/-/ready"),
            prepare=self._prepare,
            niceness=BESIDE,
            gives_way=True,
            show=nothing,
        )

    @property
    def _folder(self) -> Path:
        return self.layout.run / "prometheus"

    def _prepare(self) -> None:
        targets = self._folder / "targets"
        targets.mkdir(parents=True, exist_ok=True)
        for name in ("prometheus.yml", "vigie.rules.yml"):
            shutil.copy(CONFIGURATION / name, self._folder / name)
        (targets / "vigie.json").write_text(json.dumps(list(self._targets())))

    def _targets(self) -> list[dict[str, object]]:
        """`dispatch-2` is an instance of the service `dispatch`."""
        return [
            {"targets": [urlsplit(url).netloc], "labels": {"service": name.partition("-")[0]}}
            for name, url in self.peers.items()
        ]


def find_prometheus() -> Path:
    """The installed one. Raises StackError that says what to install."""
    found = shutil.which("prometheus")
    if found is None:
        french = "OBSERVE=1 le demande : apt-get install prometheus, ou retirez OBSERVE"
        raise StackError(missing_tool("prometheus", french, "OBSERVE=1 wants it: apt-get install it, or unset OBSERVE"))
    return Path(found)
