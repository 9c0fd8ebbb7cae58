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


def per_cpu_s(
    count: int, *, devices: int = workload.DEVICES, sectors: int = workload.SECTORS, workers: int = 1
) -> float:
    """Signals a second of processor time, all workers together, their start included.

    Raises TimeoutError, or RuntimeError where a worker ended.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        stack = start_stack(Path(name) / "stack", "kafka")
        try:
            _write(stack.kafka, count, devices, sectors)
            with _working(stack.kafka, Path(name), workers) as processes:
                _until(stack.kafka, count, processes)
                used = sum(sum(psutil.Process(one.pid).cpu_times()[:2]) for one in processes)
        finally:
            stack.stop()
    return count / used


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


def _until(brokers: str, count: int, processes: "list[subprocess.Popen[bytes]]") -> None:
    deadline = time.monotonic() + RUN_S
    while written(brokers, "signal.outcomes") < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not all of {count} signals ended within {RUN_S} s")
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(f"a worker ended ({process.returncode})")
        time.sleep(0.25)
