"""A Kafka of one's own, which a test may stop, kill and start again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess, start_stack


class OwnKafka:
    """A broker that hurts nobody else."""

    def __init__(self, stack: StackProcess) -> None:
        self.stack, self.servers = stack, stack.kafka

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        os.kill(self.stack.facts["pids"]["kafka"], signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        os.kill(self.stack.facts["pids"]["kafka"], signal.SIGCONT)


@pytest.fixture(scope="package")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKafka]:
    """A broker with every topic."""
    stack = start_stack(tmp_path_factory.mktemp("own-kafka"), "kafka")
    env = {"KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "PYTHONPATH": str(REPOSITORY), "PATH": ""}
    subprocess.run((sys.executable, "-m", "schemas.topics", "create"), check=True, cwd=REPOSITORY, env=env)
    broker = OwnKafka(stack)
    try:
        yield broker
    finally:
        broker.thaw()
        stack.stop()
