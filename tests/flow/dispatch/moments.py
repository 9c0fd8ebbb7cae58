"""Day and night without waiting for them: a centre whose clock shows what a test needs."""

from datetime import UTC, datetime

from schemas.pack.places import Centre, Commune, OpeningHours, Site, Weekday
from tests.flow.dispatch.builders import CENTRE, SCHOOL, city

EVERY_DAY = tuple(Weekday)
NOONISH, MIDNIGHTISH = 12, 0


def centre_at(hour: int) -> Centre:
    """The small city's centre, in a time zone where it is now that full hour and some minutes."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11  # -11 … +12 hours
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "UTC"  # POSIX counts the other way round
    return Centre(code=CENTRE, name="Essai", timezone=zone, communes=(Commune(insee=CENTRE, name="Essai"),))


def school_open_at_noon() -> tuple[Site, ...]:
    """The sites, of which the school is open from 8 to 18 every day and nothing is known of the others."""
    hours = OpeningHours(days=EVERY_DAY, opens="08:00", closes="18:00")
    known = city().sites
    return tuple(site.model_copy(update={"opening_hours": (hours,)}) if site.id == SCHOOL else site for site in known)
