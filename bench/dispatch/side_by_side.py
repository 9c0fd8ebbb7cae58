"""Runs of one comparison side by side, one process a core; the city is inherited by fork, not sent to each run."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_held: list[Callable[[int], Any]] = []


def by_seed(play: Callable[[int], Answer], seeds: Iterable[int], workers: int) -> list[Answer]:
    """`play(seed)` for each seed, answers in order of the seeds."""
    with ProcessPoolExecutor(workers, get_context("fork"), initializer=_hold, initargs=(play,)) as pool:
        return list(pool.map(_play, seeds))


def _hold(play: Callable[[int], Any]) -> None:
    _held[:] = [play]


def _play(seed: int) -> Any:
    return _held[0](seed)
