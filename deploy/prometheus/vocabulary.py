"""All metrics that the services declare, each in one place, with type, unit, labels and meaning."""

import importlib

from services.chassis.metrics import DECLARED, Declared

MODULES = ("services.ingest.metrics", "services.triage.metrics", "services.dispatch.metrics", "services.notify.metrics")
SERVICES = ("ingest", "screening", "correlation", "dispatch", "notify")
EVERY = "every service"
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum")}
SCRAPED = frozenset({"job", "instance", "service"})
"""Labels that Prometheus and its target files add."""


def declared() -> list[Declared]:
    """Every metric of every service. Raises ImportError where a module of metrics is gone."""
    for module in MODULES:
        importlib.import_module(module)
    return sorted(DECLARED, key=lambda metric: metric.name)


def service_of(metric: Declared) -> str:
    """Who exposes it: the word behind `vigie_`, where that is a service."""
    word = metric.name.split("_")[1]
    return word if word in SERVICES else EVERY


def series() -> dict[str, frozenset[str]]:
    """The labels of each series that a query may name: a histogram has three."""
    known = {"up": SCRAPED}
    for metric in declared():
        labels = SCRAPED | frozenset(metric.labels)
        for suffix in SUFFIXES.get(metric.kind, ("",)):
            known[metric.name + suffix] = labels | ({"le"} if suffix == "_bucket" else frozenset())
    return known
