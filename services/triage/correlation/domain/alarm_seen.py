"""An alarm as correlation sees it."""

from dataclasses import dataclass

from schemas.vocabulary.natures import NATURES, Family, Nature
from schemas.vocabulary.signals import DeviceKind
from services.triage.correlation.domain.geometry import Point


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """`filed` is the key of the topic: the sector, else site, else device. `at`: when it was screened.

    `moves`: it does not raise anything new but says where the subject of an earlier alarm is now.
    """

    alarm_id: str
    filed: str
    device: str
    kind: DeviceKind
    nature: Nature
    at: float
    point: Point | None = None
    site: str | None = None
    sector: str | None = None
    subject: str | None = None
    moves: bool = False

    @property
    def is_access_call(self) -> bool:
        """True for someone who asks to be let in: always a situation of its own."""
        return NATURES[self.nature].family is Family.ACCESS

    @property
    def moving_kind(self) -> bool:
        """True for a person in danger who carries the device: the situation is where that person is."""
        return self.nature in {Nature.SOS, Nature.OFFICER_DISTRESS}
