"""The screening state of each assigned partition; built when it is assigned, dropped when it goes."""

from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.screen import PartitionScreening


class Partitions:
    """One PartitionScreening a partition."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._held: dict[int, PartitionScreening] = {}

    def of(self, partition: int) -> PartitionScreening:
        """The state of that partition, a fresh one if none was built."""
        return self._held.setdefault(partition, PartitionScreening(self.limits))

    def put(self, partition: int, state: PartitionScreening) -> None:
        """Replaces a partition's state by a rebuilt one."""
        self._held[partition] = state

    def drop(self, partition: int) -> None:
        """Forgets a partition that another process has now."""
        self._held.pop(partition, None)
