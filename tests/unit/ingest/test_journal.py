"""The journal's file: durable, limited, checked, and taken over from processes that are no more."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import REPOSITORY
from services.ingest.journal.entry import Entry, Lane
from services.ingest.journal.journal import Full, Journal
from services.ingest.journal.urgent_drain import newest_device_first
from services.ingest.journal.writer import Unwritable
from tests.unit.ingest.world import DrivenClock

RECORD = (b"device", b'{"a": 1}', [("ce_id", b"1"), ("odd", b"\xff\x00")])
WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from services.chassis.clock import SystemClock
from services.ingest.journal.entry import Lane
from services.ingest.journal.journal import Journal
journal = Journal(Path(sys.argv[1]), 10**9, SystemClock())
journal.load_now()
for number in range(10**9):
    journal.append(f"s{number}", (b"d%d" % (number % 7), b"x" * 300, []), Lane.SIGNALS, False)[1].result()
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def opened(folder: Path, most: int = 10**6) -> Journal:
    """A journal that has read its file."""
    journal = Journal(folder, most, DrivenClock())
    journal.load_now()
    return journal


def add(journal: Journal, signal_id: str, key: bytes = b"device", lanes: Lane = Lane.SIGNALS) -> Entry:
    """Appends a row and waits until it is on the disk."""
    entry, written = journal.append(signal_id, (key, *RECORD[1:]), lanes, False)
    written.result(10)
    return entry


async def ids(journal: Journal) -> list[str]:
    """Ids of the rows for `signals`, in order."""
    return [entry.signal_id for entry in await journal.after(0, 1000)]


async def test_rows_survive_a_restart_in_order_and_unchanged(tmp_path: Path) -> None:
    """What was written comes back as it was, in order, without what was delivered meanwhile."""
    journal = opened(tmp_path)
    entries = [add(journal, f"s{number}") for number in range(5)]
    journal.delivered(entries[1].seq, Lane.SIGNALS)
    await journal.close()
    again = opened(tmp_path)
    rows = await again.after(0, 1000)
    assert [row.signal_id for row in rows] == ["s0", "s2", "s3", "s4"]
    assert {(row.key, row.value, tuple(row.headers)) for row in rows} == {(RECORD[0], RECORD[1], tuple(RECORD[2]))}
    assert add(again, "s5").seq > entries[-1].seq
    await again.close()


async def test_a_row_leaves_once_every_lane_has_it(tmp_path: Path) -> None:
    """One lane's word is not the other's, and a device stays behind its row only as long as `signals` misses it."""
    journal = opened(tmp_path)
    entry = add(journal, "s", lanes=Lane.SIGNALS | Lane.URGENT)
    assert (journal.holds(b"device"), journal.urgent()) == (True, [(entry.seq, b"device")])
    journal.delivered(entry.seq, Lane.SIGNALS)
    assert (journal.holds(b"device"), journal.depth) == (False, 1)
    journal.delivered(entry.seq, Lane.URGENT)
    assert (journal.depth, await ids(journal)) == (0, [])
    await journal.close()


def test_the_last_tenth_is_for_urgent_signals(tmp_path: Path) -> None:
    """A flood of routine signals is refused at nine tenths; urgent ones still find room, until there is none."""
    journal = opened(tmp_path, most=20_000)

    def fill(urgent: bool) -> int:
        for number in range(1000):
            try:
                journal.append(f"{number}", RECORD, Lane.SIGNALS, urgent)[1].result(10)
            except Full:
                return number
        return 1000

    routine, urgent = fill(urgent=False), fill(urgent=True)
    assert 100 < routine < 1000
    assert 5 < urgent < routine / 5
    assert "plein" in journal.check().detail


async def test_a_damaged_page_costs_its_rows_only(tmp_path: Path) -> None:
    """A file with a destroyed page is renamed and kept; what can be read is taken over, and health says so."""
    journal = opened(tmp_path)
    for number in range(400):
        add(journal, f"s{number}")
    await journal.close()
    file = tmp_path / "journal" / "journal-0.db"
    content = bytearray(file.read_bytes())
    content[8 * 4096 : 9 * 4096] = os.urandom(4096)
    file.write_bytes(content)
    again = opened(tmp_path)
    saved = await ids(again)
    assert 300 < len(saved) < 400
    assert saved == sorted(saved, key=lambda name: int(name[1:]))
    assert "journal-0.db.damaged-" in again.check().detail
    assert add(again, "new").seq
    await again.close()


async def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """SQLite does not see a changed value; the row's checksum does, and the others are taken over."""
    journal = opened(tmp_path)
    for number in range(3):
        add(journal, f"s{number}", key=b"device-%d" % number)
    await journal.close()
    file = tmp_path / "journal" / "journal-0.db"
    file.write_bytes(file.read_bytes().replace(b"device-1", b"device-7"))
    again = opened(tmp_path)
    assert await ids(again) == ["s0", "s2"]
    await again.close()


async def test_no_database_at_all(tmp_path: Path) -> None:
    """A file of rubbish is set aside, and a new journal begins."""
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "journal-0.db").write_bytes(b"this is no database" * 1000)
    journal = opened(tmp_path)
    add(journal, "s")
    assert "damaged" in journal.check().detail
    await journal.close()


async def test_one_file_a_process_and_orphans_are_adopted(tmp_path: Path) -> None:
    """Two at once in one folder have a file each; the next start takes over what an ended one left."""
    first, second = opened(tmp_path), opened(tmp_path)
    add(first, "a")
    add(second, "b")
    assert await ids(first) == ["a"]
    await first.close()
    await second.close()
    third = opened(tmp_path)
    assert sorted(await ids(third)) == ["a", "b"]
    assert third.depth == 2
    assert not (tmp_path / "journal" / "journal-1.db").exists()
    await third.close()


async def test_unwritable_folder_is_no_false_answer(tmp_path: Path) -> None:
    """Where the file cannot be made, nothing is appended, and health says why."""
    (tmp_path / "journal").write_text("a file in the folder's place")
    journal = Journal(tmp_path, 1000, DrivenClock())
    with pytest.raises(Unwritable):
        await journal.load()
    with pytest.raises(Unwritable):
        journal.append("s", RECORD, Lane.SIGNALS, False)
    assert "impossible" in journal.check().detail
    await journal.close()


def test_newest_device_first() -> None:
    """After an outage the device that called last comes first, and its own messages stay in order."""
    rows = [(1, b"a"), (2, b"b"), (3, b"a"), (4, b"c"), (5, b"b")]
    assert newest_device_first(rows) == [2, 5, 4, 1, 3]


def test_kill_9_keeps_what_was_written(tmp_path: Path) -> None:
    """A process killed with -9 at any moment, five times: each row that it called written is there."""
    written = 0
    for kill in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITE_UNTIL_KILLED, str(tmp_path)], cwd=REPOSITORY, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(20 + 37 * kill):
            assert child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read().splitlines()
        child.wait(10)
        child.stdout.close()
        written += 20 + 37 * kill + len(said)
    assert written <= opened(tmp_path).depth <= written + 5
