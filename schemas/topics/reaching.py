"""How `python -m schemas.topics` reaches the cluster: by the variables that the services read.

Said a second time here because the language of the system depends on no service; a test holds the two together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONNECTING_MS = 3000


def cluster(environ: Mapping[str, str]) -> dict[str, Any]:
    """The librdkafka settings. Raises OSError where the password's file cannot be read."""
    config: dict[str, Any] = {
        "bootstrap.servers": environ.get("KAFKA_BOOTSTRAP_SERVERS") or "127.0.0.1:9092",
        "security.protocol": environ.get("KAFKA_SECURITY_PROTOCOL") or "PLAINTEXT",
        "socket.connection.setup.timeout.ms": CONNECTING_MS,
    }
    if environ.get("KAFKA_SSL_CA_LOCATION"):
        config["ssl.ca.location"] = environ["KAFKA_SSL_CA_LOCATION"]
    user, password = environ.get("KAFKA_SASL_USERNAME"), _password(environ)
    if user and password:
        config["sasl.mechanism"] = environ.get("KAFKA_SASL_MECHANISM") or "SCRAM-SHA-512"
        config["sasl.username"], config["sasl.password"] = user, password
    return config


def _password(environ: Mapping[str, str]) -> str | None:
    if environ.get("KAFKA_SASL_PASSWORD"):
        return environ["KAFKA_SASL_PASSWORD"]
    file = environ.get("KAFKA_SASL_PASSWORD_FILE")
    return Path(file).read_text("utf-8").strip() if file else None
