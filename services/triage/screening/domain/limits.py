"""The numbers of screening, in seconds unless they say otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`chatter_over` alarms of one stream within `chatter_within` are let through, the next is folded.

    Nothing a window depends on may be older than `memory`: after a restart only that much is read again. A fold
    lasts at most until the next multiple of `chatter_period`, so it depends on `chatter_period + chatter_within`.
    """

    repeat_within: float = 120.0
    chatter_over: int = 3
    chatter_within: float = 60.0
    chatter_quiet: float = 120.0
    chatter_period: float = 600.0
    memory: float = 900.0
    remembered_ids: int = 20_000

    def __post_init__(self) -> None:
        """Raises ValueError where a window would outlast the memory."""
        if max(self.repeat_within, self.chatter_quiet, self.chatter_period + self.chatter_within) > self.memory:
            raise ValueError("a window outlasts the memory: a restart would change outcomes")
