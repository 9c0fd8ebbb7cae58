"""Screening's cost by the number of devices, of sectors, and of workers."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import topics
from bench.records import write
from bench.screening import workload
from bench.screening.judging import written
from deploy.local.layout import REPOSITORY
from tests.stack.running import start_stack

AGO_S, RUN_S = 3600.0, 300.0
WARM = 0.25


def per_cpu_s(
    count: int, *, devices: int = workload.DEVICES, sectors: int = workload.SECTORS, workers: int = 1
) -> float:
    """Signals a second of processor time, all workers together.

    Raises TimeoutError, or RuntimeError where a worker ended.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        stack = start_stack(Path(name) / "stack", "kafka")
        try:
            _write(stack.kafka, count, devices, sectors)
            with _working(stack.kafka, Path(name), workers) as processes:
                return _measured(stack.kafka, count, processes)
        finally:
            stack.stop()


@contextmanager
def _working(brokers: str, folder: Path, workers: int) -> "Iterator[list[subprocess.Popen[bytes]]]":
    processes = []
    for number in range(workers):
        env = {"KAFKA_BOOTSTRAP_SERVERS": brokers, "VIGIE_STATE_DIR": str(folder), "LOG_LEVEL": "WARNING"}
        with (folder / f"screening-{number}.log").open("wb") as log:
            command = (sys.executable, "-m", "services.triage", "screening")
            more = {**os.environ, **env, "SCREENING_PORT": "0"}
            processes.append(subprocess.Popen(command, cwd=REPOSITORY, env=more, stdout=log, stderr=log))
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)


def _write(brokers: str, count: int, devices: int, sectors: int) -> None:
    topics.create(brokers)
    began = time.time() // 600 * 600 - AGO_S
    write(brokers, workload.all_records(workload.in_force(began), count, began, devices, sectors))


def _measured(brokers: str, count: int, processes: "list[subprocess.Popen[bytes]]") -> float:
    """Signals a CPU-second from when a share of them is done: starts and the sharing out of partitions are over."""
    began: tuple[int, float] | None = None
    deadline = time.monotonic() + RUN_S
    while True:
        done, used = written(brokers, "signal.outcomes"), _cpu_s(processes)
        if began is None and done >= WARM * count:
            began = done, used
        if done >= count and began is not None:
            return (done - began[0]) / (used - began[1])
        if any(process.poll() is not None for process in processes):
            raise RuntimeError("a worker ended")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{done} of {count} signals have an outcome")
        time.sleep(0.1)


def _cpu_s(processes: "list[subprocess.Popen[bytes]]") -> float:
    return float(sum(sum(psutil.Process(one.pid).cpu_times()[:2]) for one in processes))
