"""`python -m bench.correlation`: tables and results/correlation.json.

Environment: RUNS (2), ALARMS (20000 a run), OPEN (100000 open keys), RESULTS. Exit code 1 where a situation is missing.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import psutil

from bench import topics
from bench.correlation.alarms import alarms
from bench.records import Record, write
from bench.screening.judging import everything, written
from deploy.local.layout import REPOSITORY
from schemas.codec import encode
from tests.stack.running import start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "correlation.json")
DEVICES = 2_000
SECONDS = 300.0
"""So long before now the alarms begin."""
WARM = 0.25
RUN_S, READY_S = 400.0, 180.0


@dataclass
class Worker:
    """One correlation process; its state folder outlives it."""

    brokers: str
    folder: Path
    name: str

    def start(self) -> None:
        """Begins; `ready` tells when it has recovered."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        env = {
            "KAFKA_BOOTSTRAP_SERVERS": self.brokers,
            "VIGIE_STATE_DIR": str(self.folder),
            "CORRELATION_INSTANCE": self.name,
            "CORRELATION_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
        }
        with (self.folder / f"{self.name}.log").open("ab") as log:
            command = (sys.executable, "-m", "services.triage", "correlation")
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, **env}, stdout=log, stderr=log)

    def ready(self) -> bool:
        """True once it reads alarms. Raises RuntimeError where it ended."""
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / f"{self.name}.log").read_text()[-3000:])
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def megabytes(self) -> float:
        """Resident."""
        return psutil.Process(self.process.pid).memory_info().rss / 2**20

    @property
    def cpu_s(self) -> float:
        """Of the processor, so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Returns when it has gone."""
        self.process.send_signal(how)
        self.process.wait(60)


def main() -> None:
    """Rates in turn, then the large state."""
    runs, count = int(os.environ.get("RUNS") or 2), int(os.environ.get("ALARMS") or 20_000)
    rows: dict[str, list[dict[str, float]]] = {"1 worker": [], "2 workers": []}
    for number in range(runs):
        for workers, (name, held) in enumerate(rows.items(), start=1):
            held.append(_rate(workers, count))
            print(
                f"  {number + 1}/{runs} {name}: {held[-1]['per_s']:.0f}/s, {held[-1]['per_cpu_s']:.0f} a CPU-second",
                flush=True,
            )
    state = _state(int(os.environ.get("OPEN") or 100_000))
    found = {name: _summary(held) for name, held in rows.items()}
    kept = found["2 workers"]["per_cpu_s"]["median"] / found["1 worker"]["per_cpu_s"]["median"]
    for name, row in found.items():
        print(f"{name}: {row['per_s']} alarms/s, {row['per_cpu_s']} a CPU-second")
    print(f"2 workers keep {kept:.2f} of one's alarms a CPU-second (aim 0.9)")
    print(
        f"{state['open']} open keys: {state['megabytes']:.0f} MB; after kill -9 ready in {state['recovered_s']:.1f} s, "
        f"with its folder gone in {state['rebuilt_s']:.1f} s"
    )
    RESULTS.write_text(json.dumps({"rates": found, "kept_with_two": round(kept, 2), "state": state}, indent=1) + "\n")


def _summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "median": round(statistics.median(row[name] for row in rows)),
            "min": round(min(row[name] for row in rows)),
            "max": round(max(row[name] for row in rows)),
        }
        for name in ("per_s", "per_cpu_s")
    }


def _rate(number: int, count: int) -> dict[str, float]:
    """All alarms are there when the workers begin; the clock starts when a quarter has been answered."""
    with _centre(count, DEVICES) as (brokers, folder):
        workers = [Worker(brokers, folder, f"correlation-{n}") for n in range(number)]
        for worker in workers:
            worker.start()
        try:
            _until(brokers, count, workers)
            cpu = sum(worker.cpu_s for worker in workers)
        finally:
            for worker in workers:
                worker.end()
        return {"per_s": _per_s(brokers, count), "per_cpu_s": count / cpu}


def _per_s(brokers: str, count: int) -> float:
    stamps, named = [], set()
    for record in everything(brokers, "situations"):
        stamps.append(record.timestamp()[1])
        named.add(orjson.loads(record.value() or b"{}").get("alarm", {}).get("alarm_id"))
    if len(named) < count:
        raise SystemExit(f"{count - len(named)} alarms have no situation")
    stamps.sort()
    first = int(len(stamps) * WARM)
    return (len(stamps) - first) / ((stamps[-1] - stamps[first]) / 1000)


def _state(count: int) -> dict[str, float]:
    """One worker with `count` situations open: killed, then killed and its folder removed."""
    with _centre(count, count) as (brokers, folder):
        worker = Worker(brokers, folder, "correlation-0")
        worker.start()
        try:
            _until(brokers, count, [worker])
            megabytes = worker.megabytes
            worker.end(signal.SIGKILL)
            recovered = _ready_s(worker)
            worker.end(signal.SIGKILL)
            for path in sorted((folder / worker.name).rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            rebuilt = _ready_s(worker)
        finally:
            worker.end()
    return {"open": count, "megabytes": round(megabytes), "recovered_s": recovered, "rebuilt_s": rebuilt}


def _ready_s(worker: Worker) -> float:
    began = time.monotonic()
    worker.start()
    while not worker.ready():
        if time.monotonic() - began > READY_S:
            raise TimeoutError(f"not ready within {READY_S} s")
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


@contextmanager
def _centre(count: int, devices: int) -> Iterator[tuple[str, Path]]:
    """A broker with all topics and that many alarms."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        stack = start_stack(Path(name) / "stack", "kafka")
        try:
            topics.create(stack.kafka)
            write(stack.kafka, _records(count, devices))
            yield stack.kafka, Path(name)
        finally:
            stack.stop()


def _records(count: int, devices: int) -> Iterator[Record]:
    for alarm in alarms(count, devices, time.time() - SECONDS, SECONDS):
        yield ("alarms", *encode(alarm, "vigie/screening"), 0)


def _until(brokers: str, count: int, workers: list[Worker]) -> None:
    deadline = time.monotonic() + RUN_S
    while written(brokers, "situations") < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not all of {count} alarms were answered within {RUN_S} s")
        for worker in workers:
            worker.ready()
        time.sleep(0.5)


if __name__ == "__main__":
    main()
