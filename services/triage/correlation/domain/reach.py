"""How far apart in place and time alarms of one situation may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """`near_m` metres between alarm and situation; `within_s` seconds since its last alarm (Active911: 80 m, 10 min).

    `accuracy_cap_m`: no device's claimed accuracy counts for more than this, else one that knows nothing would be
    near everything. `lasts_s`: an older situation takes only alarms about the same subject, so that a busy place
    does not become one endless situation.
    """

    near_m: float = 80.0
    within_s: float = 600.0
    accuracy_cap_m: float = 100.0
    lasts_s: float = 7200.0
