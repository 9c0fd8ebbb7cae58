"""What the other services say of themselves, for the room's own health page: no monitoring stack is needed for it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from services.chassis import logs

log = logs.get(__name__)
TIMEOUT_S = 1.0
KEPT_S = 2.0
HOPS = {
    "vigie_ingest_durable_seconds": ("réception jusqu'à l'écriture sûre", "receipt until durable"),
    "vigie_screening_batch_seconds": ("filtrage d'un lot", "screening of a batch"),
    "vigie_correlation_seconds": ("rapprochement d'une alarme", "correlation of an alarm"),
    "vigie_dispatch_alarm_to_offer_seconds": ("alarme jusqu'à l'équipage proposé", "alarm until a unit is offered"),
    "vigie_notify_told_seconds": ("décision jusqu'au partenaire prévenu", "decision until the partner is told"),
}
"""Histograms that are shown as hops, in the order of an event's way."""
LAGS = ("_lag", "_depth", "_waiting", "_journal_entries", "_pending")
"""Gauges with these endings say how much waits."""


@dataclass
class Peers:
    """Asks each service's `/health/ready` and `/metrics`; one answer serves all consoles for two seconds.

    `urls`: base URL by service name. A service that does not answer within a second is `away`.
    """

    urls: dict[str, str]
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept: dict[str, Any] = field(default_factory=dict)
    _at: float = float("-inf")

    async def report(self) -> dict[str, Any]:
        """Services with their state, hops with their quantiles in milliseconds, and what waits."""
        async with self._lock:
            if time.monotonic() - self._at > KEPT_S:
                self._kept = await self._ask()
                self._at = time.monotonic()
            return self._kept

    async def _ask(self) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            told = await asyncio.gather(*(_one(client, name, url) for name, url in sorted(self.urls.items())))
        services = [service for service, _ in told]
        samples = [sample for _, found in told for sample in found]
        return {"services": services, "hops": hops(samples), "waiting": waiting(told)}


Sample = tuple[str, dict[str, str], float]


async def _one(client: httpx.AsyncClient, name: str, url: str) -> tuple[dict[str, Any], list[Sample]]:
    try:
        health = await client.get(f"{url}/health/ready")
        metrics = await client.get(f"{url}/metrics")
        said = health.json()
        checks = {check: told for check, told in said["checks"].items() if told["state"] != "ready"}
        samples = [(s.name, s.labels, s.value) for f in text_string_to_metric_families(metrics.text) for s in f.samples]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return {"service": name, "state": "away", "checks": {}, "reason": type(error).__name__}, []
    return {"service": name, "state": said["status"], "checks": checks, "reason": None}, samples


def hops(samples: list[Sample]) -> list[dict[str, Any]]:
    """Quantiles of each hop's histogram since its service began; a hop that nothing has passed yet is left out."""
    found = []
    for name, (french, english) in HOPS.items():
        buckets: dict[float, float] = {}
        for sample, labels, value in samples:
            if sample == f"{name}_bucket":
                edge = float(labels["le"])
                buckets[edge] = buckets.get(edge, 0.0) + value
        total = max(buckets.values(), default=0.0)
        if total:
            quantiles = {f"p{q}_ms": quantile(buckets, q / 100) * 1000 for q in (50, 95, 99)}
            found.append({"hop": name, "fr": french, "en": english, "number": int(total)} | quantiles)
    return found


def quantile(buckets: dict[float, float], share: float) -> float:
    """Seconds below which `share` of the observations lie, straight within a bucket, as Prometheus does it."""
    edges = sorted(buckets)
    wanted = share * buckets[edges[-1]]
    below, start = 0.0, 0.0
    for edge in edges:
        if buckets[edge] >= wanted:
            if edge == float("inf"):
                return start
            return round(start + (edge - start) * (wanted - below) / max(buckets[edge] - below, 1e-9), 6)
        below, start = buckets[edge], edge
    return start


def waiting(told: list[tuple[dict[str, Any], list[Sample]]]) -> list[dict[str, Any]]:
    """What waits, by service, gauge and labels, the most first; nothing is left out because it is nought."""
    found = [
        {"service": service["service"], "gauge": name, "labels": labels, "value": value}
        for service, samples in told
        for name, labels, value in samples
        if name.endswith(LAGS)
    ]
    return sorted(found, key=lambda known: (-float(str(known["value"])), str(known["gauge"])))
