"""Frames and codes as real panels send them (`../shared/data/dc09`), through the real TCP listener."""

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Flag, Phase
from services.ingest.adapters.dc09.contact_id_codes import contact_id_meaning
from services.ingest.adapters.dc09.meaning import UNKNOWN
from services.ingest.adapters.dc09.sia_codes import SIA_CODES, sia_meaning
from services.ingest.adapters.dc09.tcp import Limits, TcpListener
from tests.flow.ingest_world import tell
from tests.unit.ingest import frames
from tests.unit.ingest.world import World

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "dc09"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data is not here")

CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in (FOLDER / "frames.jsonl").read_text().splitlines()] if FOLDER.is_dir() else []
)
FIXED = {
    # name: answer, natures and phases raised
    "adm_cid": ("ACK", [(Nature.FIRE, Phase.RAISE)]),
    "adm_cid2": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "adm_unknown_type": ("ACK", [(Nature.UNKNOWN_ALARM, Phase.RAISE)]),
    "bug": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "bug2": ("ACK", [(Nature.FIRE, Phase.RESTORE)]),
    "cl": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "code_jc": ("ACK", [(Nature.TAMPER, Phase.RESTORE)]),
    "dc04": ("ACK", [(Nature.FIRE, Phase.RAISE)]),
    "encrypted": ("DUH", [(Nature.UNKNOWN_ALARM, Phase.RAISE)]),
    "encrypted_adm": ("DUH", [(Nature.UNKNOWN_ALARM, Phase.RAISE)]),
    "null": ("DUH", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "op": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "wa": ("ACK", [(Nature.WATER, Phase.RAISE)]),
    "xdata_K": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "xdata_M": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
    "xdata_X_and_Y": ("ACK", [(Nature.PANIC, Phase.RAISE)]),
    "null_commented": ("ACK", [(Nature.SUPERVISION_LOST, Phase.HEARTBEAT)]),
}


@pytest.fixture
async def world() -> AsyncIterator[tuple[World, int]]:
    """The small city behind a real listener; the port."""
    small = World(wait_s=2.0)
    listener = TcpListener(small.conversation, Limits(connections=64, idle_s=5.0, partial_s=0.5))
    port = await listener.start("127.0.0.1", 0)
    yield small, port
    await listener.stop()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_each_frame_as_sent_and_the_next_one(case: dict[str, Any], world: tuple[World, int]) -> None:
    """The line as the panel sent it gets what its CRC deserves, and the frame behind it in the segment its ACK."""
    small, port = world
    good = frames.plain("Nri1/BA02", sequence=4711)
    answered = bool(case.get("crc_ok")) and not case["line"].startswith("<")
    # Answers come in the order of the frames: one to the first would stand in front.
    answer = await tell(port, f"\n{case['line']}\r".encode("latin-1") + good, answers=1 + answered)
    assert answer.endswith(frames.envelope(b'"ACK"4711L0#571001[]'))
    assert answer.count(b"\r") == 1 + answered
    if answered:
        assert small.lanes.dead == []
    else:
        assert len(small.lanes.dead) == 1
        assert len(small.lanes.signals) == 1


@pytest.mark.parametrize("case", [c for c in CASES if "frame_fixed" in c], ids=lambda case: case["name"])
async def test_each_frame_with_crc_and_length_put_right(case: dict[str, Any], world: tuple[World, int]) -> None:
    """With CRC and length put right, each frame is answered as it should be and raises what it says."""
    small, port = world
    answer = await tell(port, case["frame_fixed"].encode("latin-1"))
    token, raised = FIXED[case["name"]]
    assert f'"{token}"'.encode() in answer
    assert [(signal.nature, signal.phase) for signal in small.lanes.signals] == raised
    account = case.get("expect_account", "7890")
    assert {signal.device for signal in small.lanes.signals} == {f"dc09:{account}"}
    assert all(Flag.UNKNOWN_DEVICE in signal.flags for signal in small.lanes.signals)
    assert all(Flag.BAD_LENGTH not in signal.flags for signal in small.lanes.signals)


async def test_all_frames_in_one_connection(world: tuple[World, int]) -> None:
    """All frames as sent, in one go over one connection: the listener goes on, and every right CRC is answered."""
    _, port = world
    stream = b"".join(f"\n{case['line']}\r".encode("latin-1") for case in CASES)
    right = sum(bool(case.get("crc_ok")) and not case["line"].startswith("<") for case in CASES)
    answers = await tell(port, stream + frames.plain("Nri1/BA02", sequence=4711), answers=right + 1)
    assert answers.count(b"\r") == right + 1
    assert answers.endswith(frames.envelope(b'"ACK"4711L0#571001[]'))


def test_every_published_sia_code_means_something_deliberate() -> None:
    """All 280 published SIA codes are in the table; none falls through to unknown."""
    with (FOLDER / "sia_codes.csv").open(encoding="utf-8-sig") as file:
        codes = [row["CODE"] for row in csv.DictReader(file)]
    assert len(codes) == 280
    assert [code for code in codes if code not in SIA_CODES] == []


def test_contact_id_agrees_with_its_sia_twin_where_it_alarms() -> None:
    """Each Contact ID event is known, and what its SIA twin alarms for it alarms for too (113 is a sprinkler)."""
    twins = json.loads((FOLDER / "contact_id_to_sia.json").read_text())
    for code, by_qualifier in twins.items():
        ours, theirs = contact_id_meaning("1", code), sia_meaning(by_qualifier["1"])
        assert ours is not UNKNOWN, code
        if theirs.kind.value == "alarm" and code != "113":
            assert (ours.nature, ours.phase) == (theirs.nature, theirs.phase), code
    assert contact_id_meaning("1", "113").nature is Nature.FIRE
