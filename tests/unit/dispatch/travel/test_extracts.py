"""The extract that a pack names: found, checked by its content, and what is said where it is not used."""

import os
from hashlib import sha256
from pathlib import Path

from schemas.pack.places import StreetExtract
from services.dispatch.travel.extracts import ExtractState, advice, locate

CONTENT = b"streets" * 1000


def named(content: bytes = CONTENT, file: str = "town.osm") -> StreetExtract:
    """As a pack names a file of this content."""
    return StreetExtract(file=file, sha256=sha256(content).hexdigest())


def test_the_file_with_the_content_that_the_pack_means_is_ready(tmp_path: Path) -> None:
    """Missing, then another content, then the right one: each is told apart, and says what to do."""
    missing = locate(named(), tmp_path, None)
    assert missing.state is ExtractState.MISSING
    assert str(tmp_path) in advice(named(), missing)
    (tmp_path / "town.osm").write_bytes(b"another town")
    other = locate(named(), tmp_path, None)
    assert other.state is ExtractState.DIFFERENT
    assert sha256(b"another town").hexdigest()[:12] in advice(named(), other)
    (tmp_path / "town.osm").write_bytes(CONTENT)
    ready = locate(named(), tmp_path, None)
    assert (ready.state, advice(named(), ready)) == (ExtractState.READY, "")


def test_a_file_is_read_once_while_size_and_time_stay(tmp_path: Path) -> None:
    """The kept SHA-256 answers for an untouched file; a touched one, and a damaged note of it, are read again."""
    folder, kept = tmp_path / "extracts", tmp_path / "state"
    folder.mkdir()
    file = folder / "town.osm"
    file.write_bytes(CONTENT)
    assert locate(named(), folder, kept).state is ExtractState.READY
    [note] = kept.iterdir()
    before = file.stat()
    file.write_bytes(CONTENT[::-1])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert locate(named(), folder, kept).state is ExtractState.READY, "same size and time: not read"
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert locate(named(), folder, kept).state is ExtractState.DIFFERENT
    file.write_bytes(CONTENT)
    note.write_text("{")
    assert locate(named(), folder, kept).state is ExtractState.READY


def test_a_folder_in_its_place_is_unreadable(tmp_path: Path) -> None:
    """What cannot be read is said, and stops nothing."""
    (tmp_path / "town.osm").mkdir()
    found = locate(named(), tmp_path, None)
    assert found.state is ExtractState.UNREADABLE
    assert "town.osm" in advice(named(), found)
