"""A broker of its own: the watch reads whole topics, and other tests leave signals there that nobody screens."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local.layout import REPOSITORY
from tests.stack.running import start_stack


@pytest.fixture(scope="package")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers, with every topic made."""
    stack = start_stack(tmp_path_factory.mktemp("kafka-watch"), "kafka")
    try:
        command = (sys.executable, "-m", "schemas.topics", "create")
        env = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "PYTHONPATH": str(REPOSITORY)}
        subprocess.run(command, check=True, cwd=REPOSITORY, env=env)
        yield stack.kafka
    finally:
        stack.stop()
