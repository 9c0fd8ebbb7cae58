"""Which of several doors a device uses: one is its own, the others are for when that is away."""

import zlib
from typing import TypeVar

T = TypeVar("T")


def own_first(device: str, doors: tuple[T, ...]) -> tuple[T, ...]:
    """The doors in the order in which this device tries them, the same in each run."""
    first = zlib.crc32(device.encode()) % len(doors)
    return doors[first:] + doors[:first]
