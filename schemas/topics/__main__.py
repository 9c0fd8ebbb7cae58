"""`python -m schemas.topics create`: makes the topics of the cluster (reaching.py) agree with the files."""

import argparse
import os
import sys

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.topics.create import ensure_topics
from schemas.topics.files import topics
from schemas.topics.reaching import cluster


def main() -> int:
    """Exit code 0 when the cluster agrees, 1 with one sentence when it could not be made to."""
    parser = argparse.ArgumentParser(prog="python -m schemas.topics", description=__doc__)
    parser.add_argument("action", choices=["create", "list"])
    action = parser.parse_args().action
    if action == "list":
        for file in topics().values():
            print(f"{file.topic:18} {file.partitions:3} {file.cleanup:15} {file.what}")
        return 0
    config = cluster(os.environ)
    admin = AdminClient(config)
    try:
        for line in ensure_topics(admin, topics().values()):
            print(line)
    except KafkaException as error:
        print(
            f"Kafka at {config['bootstrap.servers']} did not make the topics: {error}. "
            "Check that it runs and try again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
