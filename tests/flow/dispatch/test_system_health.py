"""The room's own health page over real services: up, down, and how long each hop takes."""

import socket

from deploy.local.layout import REPOSITORY
from deploy.prometheus.vocabulary import declared
from services.chassis.health import Health, State
from services.chassis.operations import OperationsServer
from services.dispatch.peers import LAGS, Peers, quantile, waiting
from tests.flow.dispatch.world import World


async def test_a_service_that_is_up_and_one_that_is_away(world: World) -> None:
    """One answers with a degraded check, the other's port is closed: both are said, with the reason."""
    health = Health("notify")
    health.set("kafka", State.DEGRADED, "broker away")
    server = OperationsServer("127.0.0.1", 0, health)
    server.start()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = closed.getsockname()[1]
    peers = Peers({"notify": f"http://127.0.0.1:{server.port}", "ingest": f"http://127.0.0.1:{away}"})
    object.__setattr__(world.app.state.door, "peers", peers)
    try:
        told = (await world.http.get("/v1/system")).json()
    finally:
        server.stop()
    assert [(known["service"], known["state"]) for known in told["services"]] == [
        ("ingest", "away"),
        ("notify", "degraded"),
    ]
    assert told["services"][1]["checks"] == {"kafka": {"state": "degraded", "detail": "broker away"}}
    assert "vigie_dispatch_outbox_depth" in {known["gauge"] for known in told["waiting"]}


def test_two_readers_of_one_topic_are_told_apart() -> None:
    """The page keys its lines by service, gauge and labels: the most comes first, and none is there twice."""
    lag = [("vigie_kafka_consumer_lag", {"topic": "signals"}, 3.0), ("vigie_degraded", {"check": "kafka"}, 1.0)]
    more = [("vigie_kafka_consumer_lag", {"topic": "signals"}, 7.0)]
    found = waiting([({"service": "screening"}, lag), ({"service": "dispatch"}, more)])
    assert [(known["service"], known["value"]) for known in found] == [("dispatch", 7.0), ("screening", 3.0)]


def test_what_waits_is_shown_in_words() -> None:
    """Kafka, journal, outbox, notices: each gauge of something that waits, in both languages of the page."""
    shown = {metric.name for metric in declared() if metric.kind == "gauge" and metric.name.endswith(LAGS)}
    assert {"vigie_ingest_journal_entries", "vigie_notify_pending", "vigie_kafka_consumer_lag"} <= shown
    words = (REPOSITORY / "web" / "src" / "console" / "system" / "words.ts").read_text("utf-8")
    assert {name: words.count(f"gauge_{name}:") for name in shown} == dict.fromkeys(shown, 2)


def test_quantiles_are_those_of_prometheus() -> None:
    """Straight within a bucket; beyond the last edge, that edge."""
    buckets = {0.01: 50.0, 0.1: 90.0, 1.0: 98.0, float("inf"): 100.0}
    assert quantile(buckets, 0.5) == 0.01
    assert abs(quantile(buckets, 0.7) - 0.055) < 1e-9
    assert quantile(buckets, 0.99) == 1.0
