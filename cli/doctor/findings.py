"""What the doctor says: how bad, what is wrong, what to do; French first."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`ok` is shown too: a check that was made is worth knowing."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"

    @property
    def mark(self) -> str:
        """One sign for the terminal, told apart without colour."""
        return {"ok": "✓", "warning": "!", "problem": "✗"}[self.value]


class Area(StrEnum):
    """What was looked at."""

    KAFKA = "kafka"
    TOPICS = "topics"
    LAG = "lag"
    POSTGRESQL = "postgresql"
    SERVICES = "services"
    DISK = "disk"
    CLOCK = "clock"
    PACKS = "packs"
    ALARMS = "alarms"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence and, unless all is well, what to do about it."""

    level: Level
    area: Area
    fr: str
    en: str
    do_fr: str = ""
    do_en: str = ""


def well(area: Area, fr: str, en: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.OK, area, fr, en)


def warning(area: Area, fr: str, en: str, do_fr: str, do_en: str) -> Finding:
    """To be looked at today."""
    return Finding(Level.WARNING, area, fr, en, do_fr, do_en)


def problem(area: Area, fr: str, en: str, do_fr: str, do_en: str) -> Finding:
    """To be mended now."""
    return Finding(Level.PROBLEM, area, fr, en, do_fr, do_en)
