"""What a process writes: every line JSON with its service, whoever says it and on whatever thread."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from services.chassis import logs

START = (
    "from services.chassis import logs\nimport logging, threading\n"
    "logs.setup('ingest', 'INFO')\nlog = logs.get('here')\n"
)
ROW = "DETAIL:  Failing row contains (Mme Durand, 0612345678)"


def written(script: str) -> list[dict[str, Any]]:
    """The lines of a process that runs this, on both of its outputs."""
    command = (sys.executable, "-c", START + script)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lines_of_threads_and_libraries_bear_service_level_and_time() -> None:
    """A thread has no context of its own, a library a logger of the standard library."""
    lines = written(
        "say = threading.Thread(target=lambda: log.info('thing_done', count=1)); say.start(); say.join()\n"
        "logging.getLogger('uvicorn.error').error('lost %s', 'it')\n"
    )
    assert [(line["event"], line["module"], line["service"], line["level"]) for line in lines] == [
        ("thing_done", "here", "ingest", "info"),
        ("library_said", "uvicorn.error", "ingest", "error"),
    ]
    assert lines[1]["detail"] == "lost it"
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_the_last_words_of_a_process_and_of_a_thread_are_lines_too() -> None:
    """What nobody caught would else be a traceback over many lines, with all that its messages say."""
    lines = written(
        "lost = threading.Thread(target=lambda: 1 / 0); lost.start(); lost.join()\n"
        f"try:\n    raise ValueError('null value in column\\n{ROW}')\n"
        "except ValueError as error:\n    raise RuntimeError('not stored') from error\n"
    )
    assert [line["event"] for line in lines] == ["thread_failed", "process_failed"]
    assert lines[0]["exception"].endswith("ZeroDivisionError: division by zero")
    assert "ValueError: null value in column\n" in lines[1]["exception"]
    assert lines[1]["exception"].endswith("RuntimeError: not stored")
    assert "Durand" not in str(lines)


def test_a_librdkafka_client_writes_through_the_log() -> None:
    """A broker that does not answer is told as JSON, by the client's own thread while it polls."""
    lines = written(
        "from confluent_kafka import Consumer\n"
        "from services.chassis.settings import ProcessSettings\n"
        "settings = ProcessSettings(kafka_bootstrap_servers='127.0.0.1:1')\n"
        "reader = Consumer({**settings.kafka(), 'group.id': 'test'})\n"
        "reader.subscribe(['signals'])\nreader.poll(0.3)\nreader.close()\n"
    )
    assert {(line["event"], line["module"], line["service"]) for line in lines} == {
        ("library_said", "librdkafka", "ingest")
    }


def test_a_library_that_repeats_itself_is_heard_once() -> None:
    """Whichever client says it and whatever time it took; another sentence, an exception and a later one are told."""
    now = [100.0]
    seldom = logs.Seldom(lambda: now[0])

    def told(said: str, *, failed: bool = False) -> bool:
        exc_info = (OSError, OSError("x"), None) if failed else None
        return seldom.filter(logging.LogRecord("librdkafka", logging.ERROR, "", 0, said, None, exc_info))

    refused = (
        "FAIL [rdkafka#{}] [thrd:a:9092/1]: a:9092/1: Connect to ipv4#10.0.0.1:9092 failed (after {}ms in state UP)"
    )
    assert told(refused.format("consumer-1", 3))
    assert not told(refused.format("producer-2", 17))
    assert told(refused.format("consumer-1", 3), failed=True)
    assert told(refused.replace("10.0.0.1", "10.0.0.2").format("consumer-1", 3))
    now[0] += logs.EVERY_S
    assert told(refused.format("consumer-1", 3))


@pytest.mark.parametrize("said", ["short\nand more", "short\r\nand more", "short"])
def test_of_free_text_one_line_is_kept(said: str) -> None:
    """The first line of an exception says what failed, the next ones what with."""
    assert logs.cut(said) == "short"
    assert logs.fault(OSError(said)) == {"error": "OSError", "detail": "short"}


def test_free_text_is_short_and_may_be_missing() -> None:
    """Whatever somebody sent, a line stays a line."""
    assert logs.cut("x" * 1000) == "x" * logs.DETAIL
    assert logs.fault(TimeoutError()) == {"error": "TimeoutError", "detail": ""}


def test_members_of_a_group_are_told_and_a_circle_ends() -> None:
    """A group of tasks fails as one; each member's place is in the line."""
    circle = KeyError("first")
    circle.__cause__ = LookupError("second")
    circle.__cause__.__cause__ = circle
    group = ExceptionGroup("tasks", [circle, OSError("third")])
    told = logs._told((type(group), group, None))
    assert told.splitlines() == [
        "OSError: third",
        "LookupError: second",
        "KeyError: 'first'",
        "ExceptionGroup: tasks (2 sub-exceptions)",
    ]
