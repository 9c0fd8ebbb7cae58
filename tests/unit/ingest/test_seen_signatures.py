"""The memory of signatures where its file is shared, full or damaged."""

from pathlib import Path

from services.ingest.adapters.http.seen_signatures import SeenSignatures
from tests.unit.ingest.world import START


def test_two_doors_share_the_memory(tmp_path: Path) -> None:
    """What one process noted the other knows at once: a replay at its door is one."""
    one, other = SeenSignatures(tmp_path / "seen.sqlite"), SeenSignatures(tmp_path / "seen.sqlite")
    one.note(b"sos", START, urgent=True)
    other.note(b"lamp", START, urgent=False)
    assert (other.seen_at(b"sos"), one.seen_at(b"lamp")) == (START, START)


def test_a_full_disk_refuses_nobody(tmp_path: Path) -> None:
    """SQLite takes no more: no error reaches the device, and the signature is known all the same."""
    seen = SeenSignatures(tmp_path / "seen.sqlite")
    seen._database.execute("PRAGMA max_page_count = 4")
    signatures = [number.to_bytes(32, "big") for number in range(2000)]
    for signature in signatures:
        seen.note(signature, START, urgent=True)
    assert seen._beside, "the file was never full"
    assert {seen.seen_at(signature) for signature in signatures} == {START}


def test_a_damaged_file_closes_no_door(tmp_path: Path) -> None:
    """No file of SQLite: the process starts, remembers from now on, and leaves the file to be looked at."""
    file = tmp_path / "seen.sqlite"
    file.write_bytes(b"not a database" * 500)
    seen = SeenSignatures(file)
    seen.note(b"sos", START, urgent=True)
    assert seen.seen_at(b"sos") == START
    assert file.read_bytes() == b"not a database" * 500
