"""Whether a new alarm belongs to an incident that people already work on."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from schemas.vocabulary.natures import Nature, compatible


class Joined(StrEnum):
    """Why an alarm joined an incident, or did not."""

    SAME_SUBJECT = "same_subject"
    SAME_DEVICE = "same_device"
    SAME_SITE_AND_NATURE = "same_site_and_nature"
    SAME_SITUATION = "same_situation"
    NEW = "new"


class Raised(Protocol):
    """What of an alarm decides: a `Report`, or what was recorded of one."""

    @property
    def nature(self) -> Nature: ...
    @property
    def device(self) -> str: ...
    @property
    def site(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...


class Held(Protocol):
    """What of an incident decides: an `Incident`, or what was recorded of one."""

    @property
    def id(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def nature(self) -> Nature: ...
    @property
    def device(self) -> str | None: ...
    @property
    def site(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...


H = TypeVar("H", bound=Held)


def join(report: Raised, unfinished: Iterable[H]) -> tuple[H | None, Joined]:
    """The unfinished incident that `report` joins, with the reason; (None, NEW) if it opens one.

    One device may report quite different things (a panel: fire and hold-up): it joins only where the natures
    may be one happening, so that no responder is forgotten. An operator's split is final for its incident.
    """
    for incident in sorted(unfinished, key=lambda known: (known.opened_at, known.id)):
        reason = _reason(report, incident)
        if reason is not None:
            return incident, reason
    return None, Joined.NEW


def _reason(report: Raised, incident: Held) -> Joined | None:
    if report.subject and report.subject == incident.subject and report.nature == incident.nature:
        return Joined.SAME_SUBJECT
    if report.device == incident.device and compatible(report.nature, incident.nature):
        return Joined.SAME_DEVICE
    if report.site and report.site == incident.site and report.nature == incident.nature:
        return Joined.SAME_SITE_AND_NATURE
    return None
