"""AES of DC-09 section 5.4: CBC, zero initialisation vector, hex digits, padding in front of `|` or `]`.

The zero vector is the standard's, not our choice; random padding is what makes equal messages differ.
"""

import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_LENGTHS = frozenset({16, 24, 32})
_BLOCK = 16
_ZERO_VECTOR = bytes(_BLOCK)
_PADDING = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
"""Any characters but `|`, `[` and `]`."""


class Unreadable(Exception):
    """The cipher text does not open with this key, or is none. Permanent."""


def open_content(cipher: str, key: bytes) -> str:
    """The content behind its padding, `<data>]<xdata><timestamp>`. `key`: 16, 24 or 32 bytes.

    Raises Unreadable where the text is not hex of whole blocks or what comes out has no closing bracket.
    """
    try:
        sealed = bytes.fromhex(cipher.removesuffix("]"))
    except ValueError as error:
        raise Unreadable("not hexadecimal") from error
    if not sealed or len(sealed) % _BLOCK:
        raise Unreadable("not whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(_ZERO_VECTOR)).decryptor()
    plain = (decryptor.update(sealed) + decryptor.finalize()).decode("latin-1")
    data, bracket, rest = plain.partition("]")
    if not bracket or not rest.isprintable():
        raise Unreadable("another key")
    # An empty content is padding up to the bracket, without a bar.
    _, bar, behind = data.partition("|")
    return (behind if bar else "") + bracket + rest


def seal_content(content: str, key: bytes) -> str:
    """Hex digits of random padding and content, the latter beginning with `|` or `]`."""
    plain = content.encode("latin-1")
    padding = bytes(secrets.choice(_PADDING) for _ in range(-len(plain) % _BLOCK))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(_ZERO_VECTOR)).encryptor()
    return (encryptor.update(padding + plain) + encryptor.finalize()).hex().upper()
