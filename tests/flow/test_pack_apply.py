"""A city pack goes from files through dispatch's door to the topic, whole, without a restart."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition

from schemas.codec import decode
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack, PackAssembler, PackPartApplied
from tests.stack.running import StackProcess, start_stack

ROOT = Path(__file__).resolve().parents[2]
METZ = ROOT / "deploy" / "cities" / "metz"
EXERCISE = METZ / "overlays" / "exercice"
TOULOUSE = ROOT / "deploy" / "cities" / "toulouse"
PARTS = "kafka,postgres,topics,migrate-dispatch,dispatch"
WITHIN_S = 20.0


@pytest.fixture(scope="module")
def dispatch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """Dispatch with its broker and database, and no pack yet."""
    running = start_stack(tmp_path_factory.mktemp("packs"), PARTS)
    try:
        yield running
    finally:
        running.stop()


def vigie(dispatch: StackProcess, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The operator's command, which finds the door in the stack's own record."""
    command = [sys.executable, "-m", "cli", "pack", *map(str, arguments)]
    env = os.environ | {"VIGIE_VAR": str(dispatch.var)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def published(dispatch: StackProcess, version: str, centre: str) -> CityPack:
    """The pack of that version as a process that reads the topic from its beginning gets it."""
    assembler = PackAssembler()
    consumer = Consumer({"bootstrap.servers": dispatch.kafka, "group.id": "none", "enable.auto.commit": False})
    consumer.assign([TopicPartition("packs", 0, 0)])  # no group: nothing to join and to wait for
    try:
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            record = consumer.poll(0.2)
            if record is not None and record.error() is None:
                headers = record.headers()
                assert isinstance(headers, list)
                assembler.add(decode(record.value(), headers, [PackPartApplied]))
            held = assembler.packs.get(centre)
            if held is not None and held.version == version:
                return held
    finally:
        consumer.close()
    raise AssertionError(f"version {version} of {centre} was not whole on the topic within {WITHIN_S} s")


def test_pack_is_applied_once_and_published_whole(dispatch: StackProcess) -> None:
    """Applying says 'applied', applying again 'already in force', and the topic carries exactly the pack."""
    first, again = vigie(dispatch, "apply", METZ), vigie(dispatch, "apply", METZ)
    assert (first.returncode, "applied" in first.stdout) == (0, True), first.stderr
    assert (again.returncode, "already in force" in again.stdout) == (0, True), again.stderr
    pack = load_pack(METZ)
    assert published(dispatch, pack.version, "57463") == pack


def test_changed_pack_and_second_centre_join_without_restart(dispatch: StackProcess) -> None:
    """The overlay's version replaces the plain one, and another centre's pack stands beside it."""
    for arguments in ((METZ,), (METZ, "--overlay", EXERCISE), (TOULOUSE,)):
        done = vigie(dispatch, "apply", *arguments)
        assert done.returncode == 0, done.stderr
    exercise, toulouse = load_pack(METZ, [EXERCISE]), load_pack(TOULOUSE)
    assert published(dispatch, exercise.version, "57463").centre.exercise
    assert published(dispatch, toulouse.version, "31555") == toulouse
    url = dispatch.facts["dispatch_urls"][0]
    in_force = httpx.get(f"{url}/v1/packs/57463", trust_env=False).json()
    assert in_force["version"] == exercise.version


def test_pack_under_another_centre_is_refused(dispatch: StackProcess) -> None:
    """Dispatch refuses a pack whose path names another centre, and what is not a pack, as problem documents."""
    url = dispatch.facts["dispatch_urls"][0]
    body = load_pack(TOULOUSE).model_dump(mode="json")
    for answer in (
        httpx.put(f"{url}/v1/packs/57463", json=body, trust_env=False),
        httpx.put(f"{url}/v1/packs/31555", json=body | {"units": [{"id": "x"}]}, trust_env=False),
    ):
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("application/problem+json")
