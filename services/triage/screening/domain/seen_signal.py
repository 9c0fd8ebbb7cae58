"""A signal as the rules see it."""

from typing import NamedTuple

from schemas.vocabulary.natures import FAULTS, Nature, is_urgent
from schemas.vocabulary.signals import DeviceKind, Phase


class SeenSignal(NamedTuple):
    """The fields that decide. `at` is the record's time, seconds since 1970.

    A tuple: one is made for each signal, and a frozen dataclass takes four times as long to make.
    """

    signal_id: str
    at: float
    centre: str
    device: str
    kind: DeviceKind
    nature: Nature
    phase: Phase
    site: str | None = None
    zone: str | None = None
    sector: str | None = None
    subject: str | None = None
    use_case: str | None = None
    fingerprint: str | None = None
    unknown_code: bool = False

    @property
    def urgent(self) -> bool:
        """True if its nature never waits."""
        return is_urgent(self.nature)

    @property
    def is_fault(self) -> bool:
        """True if it becomes a work order instead of an alarm."""
        return self.nature in FAULTS

    @property
    def analytic(self) -> bool:
        """True if software claims to have seen it on images, so that the law must allow that use.

        A camera's own technical fault is not a claim about the images.
        """
        return self.use_case is not None or (self.kind is DeviceKind.CAMERA and not self.is_fault)
