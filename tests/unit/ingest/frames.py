"""Builds DC-09 frames as panels send them: right by default, wrong where a test asks for it."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = bytes.fromhex("41" * 16)


def crc(message: bytes) -> int:
    """CRC-16/ARC bit by bit: written apart from the service's table, so that one checks the other."""
    value = 0
    for byte in message:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def stamp(moment: datetime) -> str:
    """`_HH:MM:SS,MM-DD-YYYY`."""
    return moment.astimezone(UTC).strftime("_%H:%M:%S,%m-%d-%Y")


def envelope(message: bytes, *, binary_crc: bool = False, length: str | None = None, wrong_crc: bool = False) -> bytes:
    """LF, CRC, length, message, CR."""
    value = crc(message) ^ (0x5555 if wrong_crc else 0)
    head = value.to_bytes(2, "big") if binary_crc else b"%04X" % value
    return b"\n" + head + (length or f"{len(message):04X}").encode() + message + b"\r"


def plain(
    data: str,
    *,
    token: str = "SIA-DCS",
    account: str = "571001",
    sequence: int = 1,
    extended: str = "",
    at: datetime | None = None,
    binary_crc: bool = False,
    length: str | None = None,
    wrong_crc: bool = False,
    route: str | None = None,
) -> bytes:
    """A plain frame; `data` is what stands behind `#account|`."""
    where = f"L0#{account}" if route is None else route
    message = f'"{token}"{sequence:04d}{where}[#{account}|{data}]{extended}{stamp(at) if at else ""}'
    return envelope(message.encode("latin-1"), binary_crc=binary_crc, length=length, wrong_crc=wrong_crc)


def encrypted(
    data: str,
    at: datetime | None,
    *,
    key: bytes = KEY,
    token: str = "SIA-DCS",
    account: str = "571005",
    sequence: int = 1,
    padding: str = "p",
) -> bytes:
    """An AES frame, padded in front as the standard has it; `data` empty gives a supervision message's content."""
    content = (f"|#{account}|{data}]" if data else "]") + (stamp(at) if at else "")
    cipher = encrypt(content, key, padding)
    return envelope(f'"*{token}"{sequence:04d}L0#{account}[{cipher}'.encode())


def encrypt(content: str, key: bytes = KEY, padding: str = "p") -> str:
    """Hex of the padded content."""
    text = content.encode("latin-1")
    text = padding.encode() * (-len(text) % 16) + text
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return (encryptor.update(text) + encryptor.finalize()).hex().upper()


def decrypt(cipher: str, key: bytes = KEY) -> str:
    """The padded content."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    return (decryptor.update(bytes.fromhex(cipher)) + decryptor.finalize()).decode("latin-1")
