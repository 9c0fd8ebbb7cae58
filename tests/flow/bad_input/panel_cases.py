"""What is wrong with DC-09 frames."""

from datetime import UTC, datetime

from schemas.vocabulary.natures import Nature
from tests.flow.bad_input.case import Case, flags
from tests.unit.ingest import frames

ACCOUNT, SEALED = "F70001", "F70002"
KEY = bytes.fromhex("41" * 16)
FIRE, UNKNOWN = Nature.FIRE, Nature.UNKNOWN_ALARM


def _fire(text: str = "", sequence: int = 1, **more: object) -> bytes:
    data = "Nri1/FA01" + (f"^{text}^" if text else "")
    return frames.plain(data, account=ACCOUNT, sequence=sequence, **more)  # type: ignore[arg-type]


def _sealed(sequence: int, key: bytes = KEY, at: datetime | None = None) -> bytes:
    return frames.encrypted("Nri1/FA01", at or datetime.now(UTC), account=SEALED, key=key, sequence=sequence)


def panel_cases(base: int = 700) -> tuple[Case, ...]:
    """Made anew for each run: an encrypted frame bears the time of its sending. `base`: where sequences begin."""
    return (
        Case("not a frame", b"GET / HTTP/1.1\r", "none", "no_header"),
        Case("truncated", _fire(sequence=base + 1)[:30] + b"\r", "none", "crc_mismatch"),
        Case("2 MB without an end", b"A" * 2_000_000 + b"\r", "none", "no_header"),
        Case("wrong CRC", _fire(sequence=base + 2, wrong_crc=True), "none", "crc_mismatch"),
        Case("wrong length", _fire(sequence=base + 3, length="0FFF"), "ACK", None, FIRE, flags("bad_length")),
        Case("length is no number", _fire(sequence=base + 4, length="L000"), "ACK", None, FIRE, flags("bad_length")),
        Case("NUL and letters that are not ASCII", _fire("é\x00\x1b", sequence=base + 5), "ACK", None, FIRE),
        Case(
            "unknown code",
            frames.plain("Nri1/XY99", account=ACCOUNT, sequence=base + 6),
            "ACK",
            None,
            UNKNOWN,
            flags("unknown_code"),
        ),
        Case(
            "no code at all",
            frames.plain("????", account=ACCOUNT, sequence=base + 7),
            "DUH",
            None,
            UNKNOWN,
            flags("unknown_code"),
        ),
        Case(
            "unknown format",
            frames.plain("x", token="NEW-2030", account=ACCOUNT, sequence=base + 8),
            "DUH",
            None,
            UNKNOWN,
            flags("unknown_code"),
        ),
        Case(
            "brackets 1,000 deep",
            frames.plain("[" * 1000, account=ACCOUNT, sequence=base + 9),
            "DUH",
            None,
            UNKNOWN,
            flags("unknown_code"),
        ),
        Case(
            "year 9999",
            _fire(sequence=base + 10, at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
            "ACK",
            None,
            FIRE,
            flags("wrong_clock"),
        ),
        Case(
            "clock of 1970",
            _fire(sequence=base + 11, at=datetime(1970, 1, 1, tzinfo=UTC)),
            "ACK",
            None,
            FIRE,
            flags("wrong_clock"),
        ),
        Case("sequence begins again after a reboot", _fire(f"reboot {base}", sequence=1), "ACK", None, FIRE),
        Case("encrypted, wrong key", _sealed(base + 12, key=bytes(16)), "DUH", None, UNKNOWN, flags("unknown_code")),
        Case(
            "encrypted, an hour old", _sealed(base + 13, at=datetime(2020, 1, 1, tzinfo=UTC)), "NAK", "outside_window"
        ),
        Case(
            "encrypted, not hexadecimal",
            frames.envelope(f'"*SIA-DCS"{base + 14:04d}L0#{SEALED}[zz'.encode()),
            "DUH",
            None,
            UNKNOWN,
            flags("unknown_code"),
        ),
        Case(
            "unknown account",
            frames.plain("Nri1/FA01", account="EEEEEE", sequence=base + 15),
            "ACK",
            None,
            FIRE,
            flags("unknown_device"),
        ),
    )
