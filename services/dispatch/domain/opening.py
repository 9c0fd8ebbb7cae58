"""Whether people are at a site and whether it is night, by the centre's own clock.

Hours are wall times: on the two days of the year when clocks change they hold as the clock on the wall shows them, so
an hour that comes twice counts twice and one that is left out not at all.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class Hours:
    """On these days (0 Monday … 6 Sunday) from `opens` until just before `closes`, which is later on that day."""

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed on all days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Opening:
    """When a site is open. Without any hours nothing is known of it, whatever `closed` says."""

    hours: tuple[Hours, ...] = ()
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True, slots=True)
class Night:
    """From `begins` until just before `ends`, over midnight where `begins` is the later one; equal: never."""

    begins: time
    ends: time


def is_open(opening: Opening, at: datetime, zone: tzinfo) -> bool | None:
    """Whether the site is open at the aware instant `at`; None where its hours are unknown."""
    if not opening.hours:
        return None
    wall = at.astimezone(zone)
    today, now = wall.date(), wall.time()
    if any(known.first <= today <= known.last for known in opening.closed):
        return False
    return any(wall.weekday() in known.days and known.opens <= now < known.closes for known in opening.hours)


def is_night(night: Night, at: datetime, zone: tzinfo) -> bool:
    """Whether it is night at the aware instant `at`."""
    now = at.astimezone(zone).time()
    if night.begins <= night.ends:
        return night.begins <= now < night.ends
    return now >= night.begins or now < night.ends
