"""DC-09 timestamps `_HH:MM:SS,MM-DD-YYYY`, always GMT, and the window that encrypted frames must meet."""

import re
from datetime import UTC, datetime, timedelta

OLDEST = timedelta(seconds=40)
"""An encrypted frame may be this old (DC-09 section 5.5.1.9)."""
NEWEST = timedelta(seconds=20)
"""An encrypted frame may be this far ahead of our clock."""
CLOCK_DOUBT = timedelta(minutes=5)
"""Beyond this a plain frame's time is flagged: it is kept and shown, but not believed."""

_FORM = re.compile(r"(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})")


def read(text: str) -> datetime | None:
    """The moment in `HH:MM:SS,MM-DD-YYYY`, or None if it is not one (some panels cut it off)."""
    match = _FORM.fullmatch(text, 0)
    if match is None:
        return None
    hour, minute, second, month, day, year = (int(group) for group in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def write(moment: datetime) -> str:
    """`_HH:MM:SS,MM-DD-YYYY` in GMT."""
    return moment.astimezone(UTC).strftime("_%H:%M:%S,%m-%d-%Y")


def in_window(moment: datetime | None, now: datetime) -> bool:
    """True if an encrypted frame of that time may be accepted: 40 s old to 20 s ahead. No time is never."""
    return moment is not None and -NEWEST <= now - moment <= OLDEST


def doubtful(moment: datetime | None, now: datetime) -> bool:
    """True if a plain frame's time is too far from ours to be believed."""
    return moment is not None and abs(now - moment) > CLOCK_DOUBT
