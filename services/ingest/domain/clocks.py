"""What a device's own time is worth: shown always, believed only near ours."""

from datetime import UTC, datetime, timedelta

from schemas.vocabulary.signals import Flag

STALE_AFTER = timedelta(minutes=30)
"""A position or press older than this is shown as stale."""
AHEAD = timedelta(seconds=60)
"""Beyond this ahead of us a device's clock is wrong."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Outside these a device's time is none: year 9999 or a negative time would break who calculates with it."""


def believable(moment: datetime | None) -> bool:
    """True for a moment that a clock of our century may show."""
    try:
        return moment is not None and EARLIEST <= moment.astimezone(UTC) < LATEST
    except OverflowError:
        return False


def aware(moment: datetime | None) -> datetime | None:
    """The moment with an offset; a time sent without one is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def time_flags(device_at: datetime | None, now: datetime) -> tuple[Flag, ...]:
    """WRONG_CLOCK if the device is ahead of us, STALE if it speaks of long ago. Never a reason to drop anything."""
    if device_at is None:
        return ()
    if not believable(device_at):
        return (Flag.WRONG_CLOCK,)
    if device_at - now > AHEAD:
        return (Flag.WRONG_CLOCK,)
    return (Flag.STALE,) if now - device_at > STALE_AFTER else ()
