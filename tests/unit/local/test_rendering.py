"""Settings that the embedded parts are started with."""

from __future__ import annotations

from pathlib import Path

from deploy.local.kafka.properties import BrokerPorts, render
from deploy.local.mqtt.amqtt_broker import configuration
from deploy.local.mqtt.part import render as render_mosquitto

THREE = [BrokerPorts(9092, 9093), BrokerPorts(9094, 9095), BrokerPorts(9096, 9097)]


def _settings(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_three_brokers_keep_two_copies_in_step() -> None:
    """Nothing acknowledged is lost with one broker: replication 3, two in sync, no unclean election."""
    settings = _settings(render(2, THREE, "127.0.0.1", Path("/data")))
    assert settings["node.id"] == "2"
    assert settings["listeners"] == "CLIENT://127.0.0.1:9094,CONTROLLER://127.0.0.1:9095"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:9093,2@127.0.0.1:9095,3@127.0.0.1:9097"
    assert settings["default.replication.factor"] == "3"
    assert settings["min.insync.replicas"] == "2"
    assert settings["transaction.state.log.min.isr"] == "2"
    assert settings["unclean.leader.election.enable"] == "false"


def test_brokers_fail_over_as_fast_as_was_measured_safe() -> None:
    """The urgent lane's figures hold for these values only."""
    settings = _settings(render(1, THREE, "127.0.0.1", Path("/data")))
    assert settings["broker.session.timeout.ms"] == "1500"
    assert settings["broker.heartbeat.interval.ms"] == "300"
    assert settings["replica.lag.time.max.ms"] == "1000"
    assert settings["controller.quorum.fetch.timeout.ms"] == "700"
    assert settings["controller.quorum.election.timeout.ms"] == "300"


def test_one_broker_needs_no_second() -> None:
    """A single broker may acknowledge alone; a topic nobody declared is never made."""
    settings = _settings(render(1, THREE[:1], "127.0.0.1", Path("/data")))
    assert settings["min.insync.replicas"] == "1"
    assert settings["offsets.topic.replication.factor"] == "1"
    assert settings["auto.create.topics.enable"] == "false"


def test_mosquitto_keeps_sessions_on_disk() -> None:
    """What a camera publishes while ingest restarts waits for it."""
    lines = render_mosquitto("127.0.0.1", 1883, Path("/data"), as_root=False).splitlines()
    assert "persistence true" in lines
    assert "listener 1883 127.0.0.1" in lines
    assert not any(line.startswith("user ") for line in lines)


def test_mosquitto_as_root_can_write_to_its_folder() -> None:
    """Started by root it would become an account that owns nothing here."""
    assert "user root" in render_mosquitto("127.0.0.1", 1883, Path("/data"), as_root=True).splitlines()


def test_amqtt_listens_on_the_given_address_only() -> None:
    """An anonymous broker must not be reachable from elsewhere."""
    assert configuration("127.0.0.1:1883")["listeners"]["default"]["bind"] == "127.0.0.1:1883"
