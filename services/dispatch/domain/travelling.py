"""How long it takes to get there: the questions that decisions ask, and the answers, whoever works them out.

Times are seconds, distances metres. A way that does not exist is said (`Unreachable`), never a huge number.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from services.dispatch.domain.report import Place

Seconds = npt.NDArray[np.float64]
Metres = npt.NDArray[np.float64]


class Profile(StrEnum):
    """How one drives."""

    LIGHTS = "lights"
    NORMAL = "normal"


class Basis(StrEnum):
    """What a time rests on: real streets, a schematic network (exercise only), or a straight line for want of both."""

    STREETS = "streets"
    SCHEMATIC_STREETS = "schematic_streets"
    STRAIGHT_LINE = "straight_line"


class NoWay(StrEnum):
    """Why there is no time."""

    SOURCE_FAR_FROM_STREETS = "source_far_from_streets"
    TARGET_FAR_FROM_STREETS = "target_far_from_streets"
    NO_PATH = "no_path"


@dataclass(frozen=True, slots=True)
class Reached:
    """A time in seconds. `from_street_m` and `to_street_m`: how far source and target lie from the street taken."""

    seconds: float
    from_street_m: float
    to_street_m: float
    basis: Basis

    def as_input(self) -> dict[str, Any]:
        """As it is recorded with a decision."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No time, and why. A distance is None where no open street lies within `limit_m` metres of that end."""

    reason: NoWay
    from_street_m: float | None
    to_street_m: float | None
    limit_m: float

    def as_input(self) -> dict[str, Any]:
        """As it is recorded with a decision."""
        return asdict(self)


Answer = Reached | Unreachable


@dataclass(frozen=True, slots=True, eq=False)
class TravelTable:
    """Times of all sources (rows) to all targets (columns).

    `seconds` is NaN where there is no way; `from_street_m` (one a row) and `to_street_m` (one a column) are NaN where
    no open street lies within `limit_m`. `answer` gives one cell as a typed value.
    """

    seconds: Seconds
    from_street_m: Metres
    to_street_m: Metres
    basis: Basis
    limit_m: float

    def answer(self, row: int, column: int) -> Answer:
        """The time from source `row` to target `column`, or why there is none."""
        seconds = float(self.seconds[row, column])
        begin, end = float(self.from_street_m[row]), float(self.to_street_m[column])
        if seconds == seconds:  # not NaN
            return Reached(seconds, begin, end, self.basis)
        near_begin, near_end = begin == begin, end == end
        reason = NoWay.NO_PATH
        if not near_end:
            reason = NoWay.TARGET_FAR_FROM_STREETS
        elif not near_begin:
            reason = NoWay.SOURCE_FAR_FROM_STREETS
        return Unreachable(reason, begin if near_begin else None, end if near_end else None, self.limit_m)


class TravelTimes(Protocol):
    """Travel times under a profile. Answers come in the order of the places; one call sees one state of the streets."""

    @property
    def basis(self) -> Basis:
        """What the times rest on."""
        ...

    def to_one(self, sources: Sequence[Place], target: Place, profile: Profile) -> list[Answer]:
        """From each source to the target: who of the units is there first."""
        ...

    def from_one(self, source: Place, targets: Sequence[Place], profile: Profile) -> list[Answer]:
        """From the source to each target."""
        ...

    def table(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> TravelTable:
        """From each source to each target, as arrays: coverage and matching."""
        ...
