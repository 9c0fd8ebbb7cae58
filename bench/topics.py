"""All topics of Vigie on a broker of a measurement."""

from confluent_kafka.admin import AdminClient

from schemas.topics.create import ensure_topics
from schemas.topics.files import topics


def create(brokers: str) -> None:
    """As their files state them. Raises KafkaException."""
    ensure_topics(AdminClient({"bootstrap.servers": brokers}), topics().values())
