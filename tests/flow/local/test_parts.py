"""The real parts that tests and services stand on."""

import psycopg
import pytest
from confluent_kafka.admin import AdminClient


def test_kafka_answers(kafka_empty: str) -> None:
    """A real broker is up for tests and names itself."""
    metadata = AdminClient({"bootstrap.servers": kafka_empty}).list_topics(timeout=10)
    assert len(metadata.brokers) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database(postgres: str, turn: int) -> None:
    """What one test writes is not there in the next."""
    with psycopg.connect(postgres) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)
        connection.execute("CREATE TABLE seen (turn int)")
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
