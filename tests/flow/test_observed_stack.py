"""A real Prometheus beside a whole stack: it reads every process, and alerts come by the real fault, in their time."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.programs import installed
from tests.stack.otlp import Received, receiver
from tests.stack.running import StackProcess, start_stack

PATIENCE_S = 120.0
"""From the fault to the alert: a scrape, the time it must last, a rule's round, and the machine's own slowness."""
TOLD_FROM_THE_FIRST = ("vigie_ingest_signals", "vigie_screening_outcomes", "vigie_dispatch_alarm_to_offer")
"""Their rules compare rates of what comes again and again; that the first one is missing changes nothing."""


@pytest.fixture(scope="module")
def collector() -> Iterator[Received]:
    """Where the stack's processes send their spans."""
    with receiver() as received:
        yield received


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory, collector: Received) -> Iterator[StackProcess]:
    """A stack with `OBSERVE=1` and a collector; what is stopped on purpose is not killed for it."""
    installed("prometheus", "prometheus")
    stack = start_stack(
        tmp_path_factory.mktemp("observed"),
        "",
        {"OBSERVE": "1", "VIGIE_KILL_HUNG": "0", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url},
    )
    yield stack
    assert stack.stop() == 0


def asked(stack: StackProcess, path: str, **params: str) -> Any:
    """Prometheus's answer."""
    answer = httpx.get(f"{stack.facts['prometheus_url']}/api/v1/{path}", params=params, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def firing(stack: StackProcess) -> set[tuple[str, str]]:
    """Alerts that ring, with their service or lane."""
    return {
        (alert["labels"]["alertname"], alert["labels"].get("service") or alert["labels"].get("lane") or "")
        for alert in asked(stack, "alerts")["alerts"]
        if alert["state"] == "firing"
    }


def until(happens: Callable[[], bool], otherwise: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Asks until it is true."""
    began = time.monotonic()
    while not happens():
        assert time.monotonic() - began < seconds, otherwise()
        time.sleep(0.2)


def scraped(stack: StackProcess) -> dict[str, str]:
    """Health of each target, by service and port."""
    targets = asked(stack, "targets")["activeTargets"]
    return {f"{found['labels']['service']} {found['labels']['instance']}": found["health"] for found in targets}


def test_every_process_is_read_and_every_rule_is_judged(observed: StackProcess) -> None:
    """None is unknown to Prometheus, and no rule fails on what they say."""
    until(lambda: set(scraped(observed).values()) == {"up"}, lambda: scraped(observed))
    assert len(scraped(observed)) == len(observed.facts["metrics"])

    def judged() -> dict[str, str]:
        rules = [rule for group in asked(observed, "rules")["groups"] for rule in group["rules"]]
        return {rule["name"]: rule["health"] for rule in rules}

    until(lambda: set(judged().values()) == {"ok"}, judged)


def test_what_a_rule_counts_stands_at_zero_before_it_counts(observed: StackProcess) -> None:
    """For Prometheus the first value of a series is no increase, and what is not there is not 0: it could not ring."""
    groups = asked(observed, "rules")["groups"]
    rules = [rule["query"] for group in groups for rule in group["rules"]]
    counted = {found for rule in rules for found in re.findall(r"(?:increase|rate)\((vigie_\w+(?:{[^}]*})?)\[", rule)}
    counted -= {found for found in counted if found.startswith(TOLD_FROM_THE_FIRST)}
    assert len(counted) >= 6

    def missing() -> list[str]:
        return [query for query in sorted(counted) if not asked(observed, "query", query=query)["result"]]

    until(lambda: not missing(), missing)


def test_requests_and_lag_are_seen(observed: StackProcess) -> None:
    """A signal's request by its route, and the reader behind it by its topic."""
    url = f"{observed.facts['ingest_url']}/v1/signals"
    assert httpx.post(url, json={"device": "lamp-x", "nature": "lamp_out"}, trust_env=False).status_code == 202

    def counted(query: str) -> bool:
        return any(float(found["value"][1]) >= 0 for found in asked(observed, "query", query=query)["result"])

    routes = 'vigie_http_request_seconds_count{service="ingest",route="/v1/signals",method="POST",status="2xx"} > 0'
    until(lambda: counted(routes), lambda: "the request was not counted")
    for topic, service in (("signals", "screening"), ("alarms.urgent", "dispatch")):
        query = f'vigie_kafka_consumer_lag{{topic="{topic}",service="{service}"}} == 0'
        until(partial(counted, query), partial(str, f"no lag of {topic}"))


def test_a_time_leads_to_the_trace_behind_it(observed: StackProcess, collector: Received) -> None:
    """From the histogram of alarm to offer to a trace that dispatch wrote, and that the collector has as well."""
    kiosk = f"{observed.facts['ingest_url']}/v1/kiosks/borne-comedie/calls"
    assert httpx.post(kiosk, json={"nature": "sos"}, trust_env=False).status_code == 202
    found: list[str] = []

    def named() -> bool:
        query, now = "vigie_dispatch_alarm_to_offer_seconds_bucket", time.time()
        series = asked(observed, "query_exemplars", query=query, start=f"{now - 600}", end=f"{now + 1}")
        found[:] = [known["labels"]["trace_id"] for one in series for known in one["exemplars"]]
        return bool(found)

    until(named, lambda: "no exemplar")
    until(lambda: found[0] in {trace for _, _, trace in collector.spans}, lambda: found)
    until(lambda: found[0] in (observed.var / "traces" / "dispatch.jsonl").read_text("utf-8"), lambda: found)


def test_every_service_sends_its_part_of_an_urgent_trace(observed: StackProcess, collector: Received) -> None:
    """By OTLP: one trace holds the door, triage, the decision and what a partner is told of it."""
    fire = {"device": "panel-ecole-tilleuls", "nature": "fire"}
    answer = httpx.post(f"{observed.facts['ingest_url']}/v1/signals", json=fire, trust_env=False)
    assert answer.status_code == 202, answer.text

    def whole() -> bool:
        of_trace: dict[str, set[str]] = {}
        for service, _, trace in list(collector.spans):
            of_trace.setdefault(trace, set()).add(service)
        return {"ingest", "screening", "correlation", "dispatch", "notify"} in of_trace.values()

    until(whole, lambda: sorted({(service, name) for service, name, _ in collector.spans}))


@pytest.mark.parametrize(
    ("part", "alert"),
    [
        ("notify", ("VigieServiceDown", "notify")),
        ("kafka", ("VigieKafkaAway", "signals")),
    ],
)
def test_a_stopped_process_rings_and_falls_silent_again(
    observed: StackProcess, part: str, alert: tuple[str, str]
) -> None:
    """By SIGSTOP, with signals coming in; on SIGCONT the alert ends by itself."""
    until(lambda: alert not in firing(observed), lambda: firing(observed))
    pid = observed.facts["pids"][part]
    url = f"{observed.facts['ingest_url']}/v1/signals"

    def rings() -> bool:
        httpx.post(url, json={"device": "lamp-x", "nature": "lamp_out"}, timeout=10, trust_env=False)
        return alert in firing(observed)

    os.kill(pid, signal.SIGSTOP)
    try:
        until(rings, lambda: firing(observed))
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: alert not in firing(observed), lambda: firing(observed))


def test_what_prometheus_reads_is_configured_from_the_repository(observed: StackProcess) -> None:
    """The rules of deploy/prometheus, no others."""
    found = {rule["name"] for group in asked(observed, "rules")["groups"] for rule in group["rules"]}
    told = Path("deploy/prometheus/vigie.rules.yml").read_text("utf-8")
    assert found == {line.split()[-1] for line in told.splitlines() if line.strip().startswith("- alert:")}
