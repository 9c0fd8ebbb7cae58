"""The whole stack watches itself: synthetic SOS, a step that stands still, a hung process; and what the tools say."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import psycopg
import pytest

from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess, start_stack

PATIENCE_S = 150.0
SETTINGS = {"SYNTHETIC_SOS_EVERY_S": "3", "RECONCILE_EVERY_S": "1", "RECONCILE_GRACE_S": "10"}
STEADY = {"VIGIE_ACCOUNTS": "demo", "VIGIE_READY_SECONDS": "240"}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """A stack that looks more often than it need."""
    stack = start_stack(tmp_path_factory.mktemp("watched"), "", {**SETTINGS, **STEADY})
    try:
        yield stack
    finally:
        for pid in stack.facts["pids"].values():
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGCONT)
        stack.stop()


def until(happens: Callable[[], Any], otherwise: str) -> Any:
    """What it gives once that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := happens()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)
    return found


def metric(stack: StackProcess, service: str, line: str) -> float:
    """One sample of a service's metrics, 0 where it is not there yet."""
    with urllib.request.urlopen(stack.facts["metrics"][service], timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return next((float(known.rpartition(" ")[2]) for known in lines if known.startswith(f"{line} ")), 0.0)


def query(stack: StackProcess, statement: str) -> list[tuple[Any, ...]]:
    """Rows of the stack's database."""
    with psycopg.connect(stack.database_url) as connection:
        return connection.execute(statement).fetchall()


def system_incidents(stack: StackProcess) -> list[tuple[Any, ...]]:
    """Device and state of each incident of nature system, oldest first."""
    return query(stack, "SELECT device, state FROM dispatch.incidents WHERE nature = 'system' ORDER BY opened_at")


def vigie(stack: StackProcess, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command as an operator types it, in this stack's folder."""
    env = {**os.environ, "VIGIE_VAR": str(stack.var)}
    env.pop("DATABASE_URL", None)
    command = [str(REPOSITORY / "vigie"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_the_synthetic_sos_goes_the_whole_way_and_nobody_sees_it(watched: StackProcess) -> None:
    """Through the door, Kafka, the decision and the stream; no incident, no assignment, no line in the log."""
    arrived = 'vigie_dispatch_synthetic_sos_total{result="arrived"}'
    until(lambda: metric(watched, "dispatch", arrived) >= 3, "three probes did not arrive")
    assert query(watched, "SELECT count(*) FROM dispatch.assignments") == [(0,)]
    assert query(watched, "SELECT count(*) FROM dispatch.events") == [(0,)]
    tried = query(watched, "SELECT DISTINCT data->>'tried', unit FROM dispatch.stream WHERE kind = 'synthetic_sos'")
    assert tried == [("engaged", "vigie:synthetic")]
    until(
        lambda: metric(watched, "dispatch", 'vigie_dispatch_reconciled_signals_total{standing="settled"}') >= 1,
        "not compared",
    )


def test_the_tools_find_nothing_wrong_in_a_whole_stack(watched: StackProcess) -> None:
    """`reconcile` gives 0; the doctor names no problem, and knows each service."""
    compared = until(lambda: (done := vigie(watched, "reconcile", "--json")).returncode == 0 and done, "differences")
    assert json.loads(compared.stdout.splitlines()[-1])["compared"] >= 1
    told = [json.loads(line) for line in vigie(watched, "doctor", "--json").stdout.splitlines()]
    assert [each for each in told if each["level"] == "problem"] == []
    ready = " ".join(each["en"] for each in told if each["area"] == "services")
    assert all(name in ready for name in ("ingest", "screening", "correlation", "dispatch", "notify"))


def test_screening_that_stands_still_is_told_and_the_p1_ends_by_itself(watched: StackProcess) -> None:
    """Stopped in mid-work, the synthetic signals find no outcome: a P1; gone once it runs and has worked them off."""
    watching = watched.facts["pids"]["screening"]
    os.kill(watching, signal.SIGSTOP)
    try:
        until(lambda: ("vigie:unreconciled", "open") in system_incidents(watched), "no alarm came")
    finally:
        os.kill(watching, signal.SIGCONT) if psutil.pid_exists(watching) else None
    until(lambda: ("vigie:unreconciled", "resolved") in system_incidents(watched), "the alarm did not end")
    assert vigie(watched, "reconcile").returncode == 0


def test_a_hung_ingest_is_told_and_started_anew(watched: StackProcess) -> None:
    """SIGSTOP for good: the synthetic SOS raises a P1, the supervisor kills it and starts another, and the P1 ends."""
    hung = watched.facts["pids"]["ingest"]
    os.kill(hung, signal.SIGSTOP)
    until(lambda: ("vigie:synthetic_sos", "open") in system_incidents(watched), "no alarm came")
    until(lambda: watched.facts["pids"].get("ingest", hung) != hung, "the supervisor did not start it anew")
    until(lambda: ("vigie:synthetic_sos", "resolved") in system_incidents(watched), "the alarm did not end")
    assert not psutil.pid_exists(hung)
