"""Three sizes of Vigie, what they are assumed to bring, and what that takes by the measured costs."""

from dataclasses import dataclass
from math import ceil
from typing import Any

YEAR_S, DAY_S = 365 * 86_400.0, 86_400.0
BUSY = 0.5
"""Share of a processor that is planned for; the rest is for the minute in which everything happens."""
CALLS_PEAK, CAMERAS_PEAK = 4.0, 3.0
"""The busiest hour against the mean."""
OBJECTS_A_CAMERA_A_DAY = 100.0
OBJECTS_THAT_PASS = 0.05
"""The legal gate, repeats and chatter end the rest."""
SIGN_OF_LIFE_S = 600.0
REPLICAS, DAYS_KEPT = 3, 30
PARTITIONS = 12
MIN_PROCESSES = 2
"""One more than none may stop."""


@dataclass(frozen=True)
class Size:
    """What stands at the doors of one size."""

    name: str
    centres: int
    calls_a_year: float
    cameras: int
    devices: int
    tablets: int

    @property
    def signals_per_s(self) -> float:
        """On the mean."""
        return self.cameras * OBJECTS_A_CAMERA_A_DAY / DAY_S + self.devices / SIGN_OF_LIFE_S

    @property
    def signals_at_peak(self) -> float:
        """A second, in the busiest hour."""
        return self.cameras * OBJECTS_A_CAMERA_A_DAY / DAY_S * CAMERAS_PEAK + self.devices / SIGN_OF_LIFE_S

    @property
    def calls_at_peak(self) -> float:
        """A second, in the busiest hour."""
        return self.calls_a_year / YEAR_S * CALLS_PEAK

    @property
    def alarms_at_peak(self) -> float:
        """What correlation gets a second."""
        return self.cameras * OBJECTS_A_CAMERA_A_DAY / DAY_S * CAMERAS_PEAK * OBJECTS_THAT_PASS + self.calls_at_peak


SIZES = (
    Size("one city", 1, 55_000, 700, 3_000, 30),
    Size("a region, 100 communes, one centre", 1, 450_000, 10_000, 50_000, 400),
    Size("a country, 100 such centres", 100, 30e6, 1_000_000, 5_000_000, 25_000),
)


@dataclass(frozen=True)
class Costs:
    """As measured, on one processor of the machine that the results name none of: signals or alarms a CPU-second."""

    ingest: float
    screening: float
    correlation: float
    dispatch: float
    sos_ms: float
    sos_ms_many_tablets: float
    commits: float
    wal_bytes: float
    bytes_an_incident: float
    bytes_a_signal: float
    """Of `signals` and `signal.outcomes` together, with key and headers, not compressed."""

    @classmethod
    def of(cls, results: dict[str, Any], bytes_a_signal: float) -> "Costs":
        """From the result files by name. Raises KeyError where one is missing."""
        storm, growth = results["storm"]["signals_per_cpu_s"], results["growth"]
        recording = results["recording"]
        tablets = growth["ms of dispatch an SOS by connected tablets"]
        return cls(
            ingest=storm["ingest"],
            screening=min(growth["signals a CPU-second by devices"].values()),
            correlation=results["correlation"]["rates"]["1 worker"]["per_cpu_s"]["median"],
            dispatch=storm["dispatch"],
            sos_ms=growth["ms of dispatch an SOS by units, each with a tablet"]["320"],
            sos_ms_many_tablets=tablets["1000"],
            commits=recording["per_assignment"]["commits"],
            wal_bytes=recording["per_assignment"]["wal_bytes"],
            bytes_an_incident=recording["year"]["bytes"] / recording["year"]["incidents"],
            bytes_a_signal=bytes_a_signal,
        )


def processes(a_second: float, per_cpu_s: float) -> int:
    """Processes of one processor each, two at the least."""
    return max(MIN_PROCESSES, ceil(a_second / per_cpu_s / BUSY))


def dispatch_load(size: Size, costs: Costs) -> float:
    """Processors that each dispatch process of a centre needs: every one of them reads everything."""
    read = size.signals_at_peak / size.centres / costs.dispatch
    return read + size.calls_at_peak / size.centres * costs.sos_ms / 1000
