"""A drill: a real fault, the alerts that must ring of it, and how the fault is taken away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.drills.centre import Centre
from tests.drills.prometheus import Rung

Act = Callable[[Centre], AsyncIterator[None]]
Fault = Callable[[Centre], AbstractAsyncContextManager[None]]
FALLS_SILENT_S = 200.0
"""After the fault is over; an alert over a longer window is not waited for."""


@dataclass(frozen=True)
class Expected:
    """An alert that must ring within so many seconds of the fault. `window`: it goes on for that long by itself."""

    alert: str
    within_s: float
    labels: Mapping[str, str] = field(default_factory=dict)
    window: str = ""
    ends_first: bool = False
    """It rings when the fault is over: what was held up arrives late then."""


@dataclass(frozen=True)
class Drill:
    """`fr`, `en`: what was done, as the table shows it."""

    name: str
    fr: str
    en: str
    fault: Fault
    expected: tuple[Expected, ...]


DRILLS: dict[str, Drill] = {}


def drill(name: str, fr: str, en: str, *expected: Expected) -> Callable[[Act], None]:
    """Registers a fault: what comes before its `yield` does it, what comes after takes it away."""

    def register(act: Act) -> None:
        DRILLS[name] = Drill(name, fr, en, asynccontextmanager(act), expected)

    return register


async def perform(centre: Centre, one: Drill) -> list[dict[str, Any]]:
    """A line for each expected alert: seconds from the fault until its condition was true, until it rang, and from the
    end of the fault until it was silent. None where that did not come.
    """
    before = centre.prometheus.ringing()
    began = time.time()
    async with one.fault(centre):
        rung = await _all_ring(centre, [wanted for wanted in one.expected if not wanted.ends_first], began)
    over = time.time()
    rung |= await _all_ring(centre, [wanted for wanted in one.expected if wanted.ends_first], began)
    return [await _line(centre, one, wanted, rung[wanted.alert], (began, over), before) for wanted in one.expected]


async def _all_ring(centre: Centre, expected: list[Expected], began: float) -> dict[str, Rung | None]:
    """Side by side; by the alert's name."""
    ring = centre.prometheus.rings
    found = await asyncio.gather(*(ring(wanted.alert, wanted.labels, began, wanted.within_s) for wanted in expected))
    return {wanted.alert: rung for wanted, rung in zip(expected, found, strict=True)}


async def _line(
    centre: Centre, one: Drill, wanted: Expected, rung: Rung | None, times: tuple[float, float], before: set[str]
) -> dict[str, Any]:
    began, over = times
    silent = None if rung is None or wanted.window else await centre.prometheus.ends(rung, FALLS_SILENT_S)
    return {
        "drill": one.name,
        "fr": one.fr,
        "en": one.en,
        "alert": wanted.alert,
        "labels": dict(wanted.labels),
        "rang_before": wanted.alert in before and rung is None,
        "true_s": None if rung is None else round(max(0.0, rung.active - began), 1),
        "rang_s": None if rung is None or rung.rang is None else round(rung.rang - began, 1),
        "within_s": wanted.within_s,
        "silent_s": None if silent is None else round(max(0.0, silent - over), 1),
        "window": wanted.window,
    }
