"""Who must be heard how often, and who has not been: a silent panel, kiosk or camera is itself a fault. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class _Watched:
    period: timedelta
    heard_at: datetime
    lost: bool = False


class SupervisionWatch:
    """When each supervised device was last heard.

    A device has a full period of grace from when it is first watched, so that a restart raises nothing by itself.
    """

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}

    @property
    def lost(self) -> int:
        """How many devices are silent now."""
        return sum(device.lost for device in self._watched.values())

    def follow(self, periods_s: Mapping[str, int], now: datetime) -> None:
        """Watches exactly these devices, period in seconds by device; what is known of those it keeps."""
        for gone in self._watched.keys() - periods_s.keys():
            del self._watched[gone]
        for device, seconds in periods_s.items():
            period = timedelta(seconds=seconds)
            held = self._watched.get(device)
            if held is None:
                self._watched[device] = _Watched(period, now)
            else:
                held.period = period

    def heard(self, device: str, now: datetime) -> bool:
        """Notes a sign of life; True if the device had been reported lost and is back."""
        watched = self._watched.get(device)
        if watched is None:
            return False
        if now <= watched.heard_at:
            return False  # an older message, read later
        was_lost, watched.lost, watched.heard_at = watched.lost, False, now
        return was_lost

    def begin_again(self, now: datetime, mine: Callable[[str], bool]) -> None:
        """A full period of grace for devices that nobody could hear, or that another process has watched until now."""
        for device, watched in self._watched.items():
            if mine(device):
                watched.heard_at = max(watched.heard_at, now)

    def newly_lost(self, now: datetime, mine: Callable[[str], bool] = lambda _: True) -> list[str]:
        """The devices, of those that are mine, whose silence now exceeds their period, each once a loss."""
        found = []
        for device, watched in self._watched.items():
            if not mine(device):
                watched.lost = False
            elif not watched.lost and now - watched.heard_at > watched.period:
                watched.lost = True
                found.append(device)
        return found

    def not_reported(self, device: str) -> None:
        """Takes back a loss that could not be stored, so that it is found again."""
        if device in self._watched:
            self._watched[device].lost = False

    def silence_s(self, device: str, now: datetime) -> int:
        """Seconds since it was last heard (or first watched)."""
        watched = self._watched.get(device)
        return 0 if watched is None else int((now - watched.heard_at).total_seconds())
