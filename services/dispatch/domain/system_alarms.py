"""Alarms that the system raises about itself: which there are, when one is wanted, and what the shift lead reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SystemAlarm(StrEnum):
    """What is wrong; also the metric's label, and the device on the incident's card (`vigie:<word>`)."""

    UNRECONCILED = "unreconciled"
    DEAD_LETTERS = "dead_letters"
    SYNTHETIC_SOS = "synthetic_sos"

    @property
    def device(self) -> str:
        """What stands on the card where another alarm has its device."""
        return f"vigie:{self.value}"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence for the card, in both languages."""

    fr: str
    en: str

    def __str__(self) -> str:
        return f"{self.fr} / {self.en}"


def said(alarm: SystemAlarm, count: int) -> Said:
    """What is wrong and what to do. `count`: signals, dead letters a minute, or failed probes in a row."""
    if alarm is SystemAlarm.UNRECONCILED:
        return Said(
            f"{count} signal(aux) acquitté(s) sans suite : ./vigie reconcile",
            f"{count} acknowledged signal(s) without an outcome or incident: ./vigie reconcile",
        )
    if alarm is SystemAlarm.DEAD_LETTERS:
        return Said(
            f"{count} messages illisibles en une minute : ./vigie dead-letters list",
            f"{count} unreadable messages within a minute: ./vigie dead-letters list",
        )
    return Said(
        f"Le SOS d'essai n'arrive plus ({count} fois de suite) : ./vigie doctor",
        f"The synthetic SOS does not arrive ({count} times in a row): ./vigie doctor",
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """What must be done about one alarm: where it begins (with its figure) and where it ends, by centre."""

    begin: Mapping[str, int]
    end: frozenset[str]


def changes(wanted: Mapping[str, int], standing: frozenset[str]) -> Changes:
    """From the centres where it is wanted, with figures, and those where it stands already."""
    begin = {centre: count for centre, count in wanted.items() if centre not in standing}
    return Changes(begin, standing - wanted.keys())


def placed(found: Mapping[str, int], centres: frozenset[str]) -> dict[str, int]:
    """`found` by centre, with what belongs to no known centre told to all of them: somebody must see it."""
    homeless = sum(count for centre, count in found.items() if centre not in centres)
    kept = {centre: count for centre, count in found.items() if centre in centres}
    if homeless:
        kept = {centre: kept.get(centre, 0) + homeless for centre in centres}
    return kept
