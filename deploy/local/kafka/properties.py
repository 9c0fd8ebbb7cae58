"""Renders server.properties of one broker (which is a controller too)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BrokerPorts:
    """Ports of one node; both are on the loopback interface."""

    client: int
    controller: int


def render(node: int, ports: Sequence[BrokerPorts], host: str, data: Path) -> str:
    """Returns the settings of node `node` (1-based) of a cluster of len(ports) nodes, 1 or 3."""
    own = ports[node - 1]
    voters = ",".join(f"{i}@{host}:{p.controller}" for i, p in enumerate(ports, start=1))
    replicas = len(ports)
    in_sync = 2 if replicas == 3 else 1
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": node,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"CLIENT://{host}:{own.client},CONTROLLER://{host}:{own.controller}",
        "advertised.listeners": f"CLIENT://{host}:{own.client}",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        # Topics are made from schemas/topics only: a typing mistake must not create one.
        "auto.create.topics.enable": "false",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": 6,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 6,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "unclean.leader.election.enable": "false",
        # A rebalance need not wait for members that may still come: ours are few and known.
        "group.initial.rebalance.delay.ms": 0,
        # 6 s is what a Faust worker asks for; the default minimum is the same.
        "group.min.session.timeout.ms": 2000,
        # Small machine: 2 cores serve three brokers and everything else.
        "num.network.threads": 2,
        "num.io.threads": 4,
        "num.replica.fetchers": 1,
        "num.recovery.threads.per.data.dir": 2,
        "log.segment.bytes": 64 * 1024 * 1024,
        # Preallocated index files of 10 MB each would cost a gigabyte for a hundred partitions on some volumes.
        "log.index.size.max.bytes": 1024 * 1024,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        "log.retention.check.interval.ms": 300_000,
        "controlled.shutdown.enable": "true",
        **FAST_FAILOVER,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


# Measured, see ARCHITECTURE.md "urgent lane": the urgent lane survives any one broker within half a second, the
# rest stalls 2–4 s. More aggressive values froze all replicated partitions for 10 s under SIGSTOP.
FAST_FAILOVER: dict[str, object] = {
    "broker.session.timeout.ms": 1500,
    "broker.heartbeat.interval.ms": 300,
    "replica.lag.time.max.ms": 1000,
    "controller.quorum.fetch.timeout.ms": 700,
    "controller.quorum.election.timeout.ms": 300,
}
