"""CRC-16/ARC (polynomial 0x8005 reflected, initial value 0), the checksum of ANSI/SIA DC-09 section 5.5.1.3."""


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE = tuple(_row(value) for value in range(256))


def crc16(message: bytes) -> int:
    """The checksum of the message from its first quote to before CR, 0 … 0xFFFF."""
    crc = 0
    for byte in message:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
