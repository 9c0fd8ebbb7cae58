"""Expected coverage as DMEXCLP counts it (Jagtenberg, Bhulai and van der Mei 2015), from sets of points in reach.

A point that k free units reach finds one of them free with probability 1 - p**k, p being the busy fraction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which demand points each unit, and each post, reaches within the coverage time.

    `weights`: one a point, ≥ 0, any scale. `by_unit`, `by_post`: id → bits packed eight a byte, first point first
    (numpy.packbits), so that a decision's record stays small: 60 units and 400 points are 3 kB.
    """

    weights: tuple[float, ...]
    by_unit: Mapping[str, bytes]
    by_post: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Sum of weights; 1 if there is none, so that shares are defined."""
        return float(sum(self.weights)) or 1.0


def reached(seconds: Iterable[float], within_s: float) -> bytes:
    """Packed bits: which points are reached within `within_s`, from seconds to each (inf or nan: not)."""
    return np.packbits(np.asarray(list(seconds), dtype=np.float64) <= within_s).tobytes()


def bits(packed: Iterable[bytes], points: int) -> Floats:
    """Rows of 0.0 and 1.0, one a packed entry, one column a point."""
    rows = list(packed)
    flat = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)
    return np.unpackbits(flat, axis=1, count=points).astype(np.float64)


def losses(coverage: Coverage, free: Iterable[str], busy_fraction: float) -> dict[str, float]:
    """For each free unit the share of demand (0…1) that expected coverage falls by if this one goes."""
    # In one order: the last digit of a sum depends on it, and must not depend on how the units came.
    units = sorted(unit for unit in free if unit in coverage.by_unit)
    if not units or not coverage.weights:
        return {}
    reach = bits((coverage.by_unit[unit] for unit in units), len(coverage.weights))
    marginal = _weights(coverage) * (1.0 - busy_fraction) * busy_fraction ** np.maximum(reach.sum(axis=0) - 1.0, 0.0)
    return dict(zip(units, (reach @ marginal).tolist(), strict=True))


def _weights(coverage: Coverage) -> Floats:
    return np.asarray(coverage.weights, dtype=np.float64) / coverage.total
