"""The supervisor, on real small processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from deploy.local import health, keeper, niceness
from deploy.local.child import LogFile
from deploy.local.keeper import Surroundings, back_off
from deploy.local.layout import Layout
from deploy.local.part import Part
from deploy.local.record import ProcessRecord
from deploy.local.sentences import Reason, StackError
from deploy.local.supervisor import Supervisor


@pytest.fixture
def said() -> list[str]:
    """What the supervisor and its processes say, as `name: line`."""
    return []


@pytest.fixture
def around(tmp_path: Path, said: list[str]) -> Surroundings:
    """A run in a folder of its own."""
    layout = Layout(var=tmp_path, cache=tmp_path / "cache")
    layout.create()
    return Surroundings(
        layout=layout,
        env=dict(os.environ),
        record=ProcessRecord(layout.record_file),
        say=lambda name, line: said.append(f"{name}: {line}"),
    )


def writes(path: Path, text: str) -> str:
    """A shell line that notes something in a file, whole or not at all."""
    return f"echo {text} >> {path}"


def there(path: Path) -> Callable[[], Awaitable[bool]]:
    """Ready once the file exists."""

    async def check() -> bool:
        return path.exists()

    return check


def shell(name: str, script: str, **more: object) -> Part:
    """A part that runs a shell script."""
    return Part(name=name, command=("sh", "-c", script), **more)  # type: ignore[arg-type]


async def test_starts_a_part_only_when_what_it_needs_answers(around: Surroundings, tmp_path: Path) -> None:
    """A service never meets a broker that is not there yet."""
    order = tmp_path / "order"
    broker_ready = tmp_path / "broker-ready"
    broker = shell(
        "broker", f"{writes(order, 'broker')}; sleep 0.3; touch {broker_ready}; sleep 60", ready=there(broker_ready)
    )
    topics = shell("topics", f"test -e {broker_ready} && {writes(order, 'topics')}", once=True, after=("broker",))
    service = shell("service", f"{writes(order, 'service')}; sleep 60", after=("topics",), ready=there(order))
    async with Supervisor([service, topics, broker], around) as supervisor:
        await supervisor.until_ready()
    assert order.read_text().split() == ["broker", "topics", "service"]


async def test_stops_in_reverse_order(around: Surroundings, tmp_path: Path) -> None:
    """A service that drains its last messages still has its broker."""
    order = tmp_path / "order"

    def notes_its_end(name: str, **more: object) -> Part:
        up = tmp_path / f"{name}-up"
        script = f"trap '{writes(order, name)}; exit 0' TERM; touch {up}; while :; do sleep 0.05; done"
        return shell(name, script, ready=there(up), **more)

    parts = [notes_its_end("broker"), notes_its_end("service", after=("broker",))]
    async with Supervisor(parts, around) as supervisor:
        await supervisor.until_ready()
    assert order.read_text().split() == ["service", "broker"]


async def test_restarts_a_process_that_dies(around: Surroundings, tmp_path: Path, said: list[str]) -> None:
    """kill -9 of a process is followed by a new one, counted and said."""
    starts = tmp_path / "starts"
    part = shell("broker", f"{writes(starts, 'x')}; sleep 60", ready=there(starts))
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
        first = around.record.pids["broker"]
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(10):
            while around.record.pids.get("broker", first) == first:
                await asyncio.sleep(0.01)
        assert supervisor.restarts == {"broker": 1}
        assert any("redémarrage n° 1" in line for line in said)
    assert not psutil.pid_exists(first)


SERVER = """
import http.server, os, sys
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""


async def test_a_hung_process_is_killed_and_comes_back(
    around: Surroundings, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSTOP leaves a process that lives and answers nobody: it is killed and started anew, and answers again."""
    monkeypatch.setattr(keeper, "ALIVE_EVERY", 0.05)
    monkeypatch.setattr(keeper, "HUNG_AFTER", 2)
    monkeypatch.setattr(health, "ATTEMPT_SECONDS", 0.3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lives = health.http_ready(f"http://127.0.0.1:{port}/health/live")
    part = Part(name="door", command=(sys.executable, "-c", SERVER, str(port)), ready=lives, alive=lives)
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
        first = around.record.pids["door"]
        os.kill(first, signal.SIGSTOP)
        async with asyncio.timeout(30):
            while around.record.pids.get("door", first) == first or not await lives():
                await asyncio.sleep(0.02)
        assert supervisor.restarts == {"door": 1}
        assert supervisor.keepers["door"].hangs == 1
        assert any("ne répond plus" in line for line in said)
    assert not psutil.pid_exists(first)


async def test_a_process_that_answers_slowly_now_and_then_is_left_alone(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only silence in a row counts: one answer begins the count anew."""
    monkeypatch.setattr(keeper, "ALIVE_EVERY", 0.01)
    monkeypatch.setattr(keeper, "HUNG_AFTER", 3)
    asked = 0

    async def two_of_three_unanswered() -> bool:
        nonlocal asked
        asked += 1
        return asked % 3 == 0

    part = shell("busy", "sleep 60", alive=two_of_three_unanswered)
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
        async with asyncio.timeout(10):
            while asked < 30:
                await asyncio.sleep(0.01)
        assert supervisor.restarts == {}


async def test_gives_up_on_a_part_that_never_comes_up(
    around: Surroundings, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken part ends the start with one sentence and its last words, and leaves nothing running."""
    monkeypatch.setattr(keeper, "BACK_OFF", (0.01,))
    ready_never = there(Path("/nowhere"))
    broken = shell("broker", "echo the reason; exit 3", ready=ready_never)
    other = shell("other", "sleep 60")
    with pytest.raises(StackError) as failure:
        async with Supervisor([broken, other], around) as supervisor:
            await supervisor.until_ready()
    assert failure.value.sentence.reason is Reason.PART_FAILED
    assert "broker: the reason" in said
    assert around.record.pids == {}


async def test_a_step_that_fails_ends_the_start(around: Surroundings) -> None:
    """A migration that fails is not repeated blindly and no service starts after it."""
    step = shell("migrate", "exit 1", once=True)
    service = shell("service", "sleep 60", after=("migrate",))
    with pytest.raises(StackError, match="migrate"):
        async with Supervisor([step, service], around) as supervisor:
            await supervisor.until_ready()


async def test_a_silent_part_is_given_up_after_its_time(around: Surroundings) -> None:
    """A process that runs but never answers does not hold the start for ever."""
    silent = shell("broker", "sleep 60", ready=there(Path("/nowhere")), ready_seconds=0.3)
    with pytest.raises(StackError, match="does not answer"):
        async with Supervisor([silent], around) as supervisor:
            await supervisor.until_ready()


async def test_a_process_that_ignores_its_stop_signal_is_killed(
    around: Surroundings, tmp_path: Path, said: list[str]
) -> None:
    """`make down` always ends."""
    up = tmp_path / "up"
    deaf = shell("deaf", f"trap '' TERM; touch {up}; while :; do sleep 0.05; done", ready=there(up), stop_seconds=0.2)
    async with Supervisor([deaf], around) as supervisor:
        await supervisor.until_ready()
    assert any(line.startswith("deaf: tué après délai") for line in said)
    assert around.record.pids == {}


async def test_output_reaches_the_log_whole_and_the_terminal_in_part(
    around: Surroundings, said: list[str], tmp_path: Path
) -> None:
    """The log file has every line, also one longer than any buffer; the terminal what is worth it."""
    script = "printf 'a%.0s' $(seq 1 3000000); echo; echo WARN look; echo INFO calm"
    part = shell("talker", script, once=True, show=lambda line: line if "WARN" in line else None)
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
    log = around.layout.log("talker").read_bytes()
    assert log.count(b"a") == 3_000_000 + 1  # and the one of "calm"
    assert log.endswith(b"WARN look\nINFO calm\n")
    assert [line for line in said if line.startswith("talker: ") and "look" in line] == ["talker: WARN look"]


def test_the_log_file_is_bounded(tmp_path: Path) -> None:
    """A process that logs for ever does not fill the disk: at most two files of the limit remain."""
    log = LogFile(tmp_path / "x.log", limit=1000)
    for number in range(1000):
        log.write(f"{number}\n".encode())
    log.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2 * 1010
    assert (tmp_path / "x.log").read_bytes().endswith(b"999\n")


@pytest.mark.parametrize(("crashes", "seconds"), [(1, 0.05), (2, 0.5), (6, 8.0), (60, 8.0)])
def test_the_first_restart_is_at_once_the_later_ones_wait(crashes: int, seconds: float) -> None:
    """An urgent alarm does not wait for a back-off, and a broken process does not eat the machine."""
    assert back_off(crashes) == seconds


async def test_a_held_part_is_started_when_it_is_released(around: Surroundings, tmp_path: Path) -> None:
    """A fault keeps a killed part away for as long as its file is there."""
    started = tmp_path / "started"
    part = shell("part", f"{writes(started, 'x')}; sleep 60", ready=there(started))
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
        child = supervisor.keepers["part"].child
        assert child is not None
        around.layout.held("part").touch()
        os.kill(child.pid, signal.SIGKILL)
        await asyncio.sleep(0.5)  # ten times the first back-off: it would have been started by now
        assert started.read_text().split() == ["x"]
        around.layout.held("part").unlink()
        async with asyncio.timeout(10):
            while started.read_text().split() != ["x", "x"]:
                await asyncio.sleep(0.02)


async def test_a_part_others_stand_in_for_starts_again_without_taking_the_processor(
    around: Surroundings, tmp_path: Path
) -> None:
    """Its first start is nobody's loss; the second yields until the part answers, and then no more, in every thread."""
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    starting = min(19, ours + niceness.STARTING) if niceness.may_be_undone() else ours
    answers = tmp_path / "answers"
    answers.touch()
    threads = "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)"
    command = (sys.executable, "-c", threads)
    part = Part(name="broker", command=command, gives_way=True, ready=there(answers))
    async with Supervisor([part], around) as supervisor:
        await supervisor.until_ready()
        kept = supervisor.keepers["broker"]
        first = kept.child
        assert first is not None
        await until(lambda: nices(first.pid) == [ours, ours])
        answers.unlink()
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: kept.child is not None and nices(kept.child.pid) == [starting, starting])
        answers.touch()
        await until(lambda: kept.child is not None and nices(kept.child.pid) == [ours, ours])


def nices(pid: int) -> list[int]:
    """The niceness of every thread; none of a process that has ended."""
    try:
        return [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []


async def until(look: Callable[[], bool]) -> None:
    """Returns once it is true; the test's own time-out ends it otherwise."""
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.02)
