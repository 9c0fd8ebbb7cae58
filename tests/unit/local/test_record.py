"""What a killed run leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.record import ProcessRecord, Recorded, RunLock, end_leftovers, read_record


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for its input to end."""
    with subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_ends_what_a_killed_run_left(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """A child that outlived its supervisor is ended before the next start."""
    file = tmp_path / "processes.json"
    ProcessRecord(file).add("kafka", sleeper.pid)
    assert end_leftovers(file) == ["kafka"]
    assert not psutil.pid_exists(sleeper.pid)
    assert not file.exists()


def test_spares_a_program_that_was_given_the_same_pid(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """A pid is ours only with its start time: after a reboot it may be anybody's."""
    file = tmp_path / "processes.json"
    earlier = psutil.Process(sleeper.pid).create_time() - 3600
    file.write_text(json.dumps([{"name": "kafka", "pid": sleeper.pid, "started": earlier}]))
    assert end_leftovers(file) == []
    assert sleeper.poll() is None


def test_a_half_written_record_counts_as_empty(tmp_path: Path) -> None:
    """A crash while the record was written does not stop the next start."""
    file = tmp_path / "processes.json"
    file.write_text('[{"name": "kaf')
    assert read_record(file) == []


def test_a_process_that_has_ended_is_no_leftover(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """A record of processes that are gone is simply removed."""
    file = tmp_path / "processes.json"
    ProcessRecord(file).add("kafka", sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert end_leftovers(file) == []


def test_the_record_tells_who_listens(tmp_path: Path) -> None:
    """stack.json learns each change of pids."""
    seen: list[dict[str, int]] = []
    record = ProcessRecord(tmp_path / "processes.json", changed=seen.append)
    record.add("kafka", os.getpid())
    record.remove("kafka")
    assert seen == [{"kafka": os.getpid()}, {}]


def test_a_second_supervisor_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Two stacks never write to the same data."""
    first = RunLock(tmp_path / "lock")
    assert first.acquire()
    second = RunLock(tmp_path / "lock")
    assert not second.acquire()
    assert second.holder() == os.getpid()
    first.release()
    assert second.holder() is None
    assert second.acquire()
    second.release()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    """After kill -9 of a supervisor the next one starts at once."""
    program = (
        "import sys; from pathlib import Path; from deploy.local.record import RunLock; "
        f"print(RunLock(Path({str(tmp_path / 'lock')!r})).acquire(), flush=True); input()"
    )
    with subprocess.Popen(
        (sys.executable, "-c", program), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert not RunLock(tmp_path / "lock").acquire()
        holder.kill()
    lock = RunLock(tmp_path / "lock")
    assert lock.acquire()
    lock.release()


def test_recording_a_process_that_is_gone_gives_nothing(sleeper: subprocess.Popen[bytes]) -> None:
    """A part that dies at once does not make the supervisor stumble."""
    sleeper.kill()
    sleeper.wait()
    assert Recorded.of("kafka", sleeper.pid) is None
