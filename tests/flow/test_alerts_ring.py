"""A service does not answer, somebody is called: the shipped rules and routes in a real Prometheus and Alertmanager."""

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.layout import REPOSITORY
from tests.flow.dispatch.world import until
from tests.flow.ingest_world import free_port
from tests.guides import LANGUAGES, commands
from tests.programs import installed
from tests.unit.notify.receiver import Receiver

FOLDER = REPOSITORY / "deploy" / "prometheus"
PATIENCE_S = 90.0
"""The rule waits 15 s, the first call 5 s and the first mail 30 s for what belongs to it."""


class Post(Controller):
    """The department's mail server."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        super().__init__(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """Taken."""
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def running(folder: Path, *command: str) -> Iterator[None]:
    """A program until the end; what it said is in `folder`."""
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@dataclass(frozen=True)
class Chain:
    """Who is called, who gets mail, and where Alertmanager listens."""

    on_call: Receiver
    post: Post
    alertmanager: str

    def calls(self) -> list[dict[str, Any]]:
        """The alerts of every call so far."""
        return [alert for call in list(self.on_call.received) for alert in call.json["alerts"]]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """Both programs with the shipped files; only the doors are this machine's. The one service scraped is not there."""
    with ExitStack() as stack:
        on_call, post = Receiver(), Post()
        stack.callback(on_call.close)
        post.start()
        stack.callback(post.stop)
        ring = (FOLDER / "alertmanager.yml").read_text("utf-8")
        for ours, here in (
            ("on-call.vigie.example", on_call.address),
            ("mail.vigie.example:25", f"127.0.0.1:{post.port}\n  smtp_require_tls: false"),
        ):
            assert ring.count(ours) == 1
            ring = ring.replace(ours, here)
        (tmp_path / "alertmanager.yml").write_text(ring)
        for name in ("prometheus.yml", "vigie.rules.yml"):
            shutil.copy(FOLDER / name, tmp_path / name)
        ports = free_port(), free_port()
        absent = socket.socket()
        stack.callback(absent.close)
        absent.bind(("127.0.0.1", 0))  # held and not listened on: nobody else can come to answer there
        for name, port, labels in (
            ("targets", absent.getsockname()[1], {"service": "correlation"}),
            ("alertmanagers", ports[0], {}),
        ):
            (tmp_path / name).mkdir()
            told = [{"targets": [f"127.0.0.1:{port}"], "labels": labels}]
            (tmp_path / name / "vigie.json").write_text(json.dumps(told))
        manager = (
            installed("prometheus-alertmanager", "prometheus-alertmanager"),
            "--config.file=alertmanager.yml",
            "--storage.path=rung",
            f"--web.listen-address=127.0.0.1:{ports[0]}",
            "--cluster.listen-address=",
        )
        judge = (
            installed("prometheus", "prometheus"),
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{ports[1]}",
        )
        for command in (manager, judge):
            stack.enter_context(running(tmp_path, *command))
        yield Chain(on_call, post, f"http://127.0.0.1:{ports[0]}")


async def test_a_page_calls_and_a_ticket_writes(chain: Chain) -> None:
    """A service that stands and the guide's own test ring whoever is on call; a ticket is mail and calls nobody."""
    async with httpx.AsyncClient(base_url=chain.alertmanager, trust_env=False) as client:

        async def ready() -> bool:
            try:
                return (await client.get("/-/ready")).status_code == 200
            except httpx.TransportError:
                return False

        await until(ready, "Alertmanager does not come up", PATIENCE_S)
        ticket = {"labels": {"alertname": "VigieDeadLetters", "severity": "ticket", "topic": "signals"}}
        assert (await client.post("/api/v2/alerts", json=[ticket])).status_code == 200
    for language in LANGUAGES:
        [ring] = [block.body for block in commands(language) if block.body.startswith("amtool alert add")]
        command = ring.replace("http://127.0.0.1:9093", chain.alertmanager)
        assert command != ring
        ran = await asyncio.to_thread(
            subprocess.run, ["bash", "-euc", command], capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    async def rung() -> bool:
        return {alert["labels"]["alertname"] for alert in chain.calls()} == {"VigieTest", "VigieServiceDown"}

    await until(rung, "nobody was called", PATIENCE_S)
    [down] = [alert for alert in chain.calls() if alert["labels"]["alertname"] == "VigieServiceDown"]
    assert down["labels"]["service"] == "correlation"
    assert down["annotations"]["runbook"] == "docs/runbooks/service-down.md"
    assert "correlation ne répond pas / does not answer" in down["annotations"]["summary"]

    async def written() -> bool:
        return bool(chain.post.mails)

    await until(written, "no mail came", PATIENCE_S)
    [mail] = chain.post.mails
    assert mail.rcpt_tos == ["supervision@vigie.example"]
    assert b"VigieDeadLetters" in (mail.original_content or b"")
    assert "VigieDeadLetters" not in {alert["labels"]["alertname"] for alert in chain.calls()}
