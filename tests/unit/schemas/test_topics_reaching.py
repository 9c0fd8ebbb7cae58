"""The step that makes topics reaches the cluster as the services do."""

from pathlib import Path

import pytest

from schemas.topics.reaching import cluster
from services.chassis.settings import ProcessSettings

PLAIN = {"KAFKA_BOOTSTRAP_SERVERS": "k:9092"}
SECURE = {
    "KAFKA_BOOTSTRAP_SERVERS": "k:9093",
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
    "KAFKA_SASL_USERNAME": "vigie",
    "KAFKA_SSL_CA_LOCATION": "/run/kafka/ca.crt",
}


@pytest.mark.parametrize("given", [{}, PLAIN, {**SECURE, "KAFKA_SASL_PASSWORD": "s3cret"}, SECURE])
@pytest.mark.parametrize("as_file", [True, False])
def test_it_reaches_the_same_cluster(
    given: dict[str, str], as_file: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same variables give the same settings as those of the services, the password from a file too."""
    environ = dict(given)
    if as_file and "KAFKA_SASL_PASSWORD" in environ:
        (tmp_path / "password").write_text(environ.pop("KAFKA_SASL_PASSWORD") + "\n")
        environ["KAFKA_SASL_PASSWORD_FILE"] = str(tmp_path / "password")
    for name in ("KAFKA_BOOTSTRAP_SERVERS", *SECURE, "KAFKA_SASL_PASSWORD", "KAFKA_SASL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = cluster(environ)
    assert found.pop("socket.connection.setup.timeout.ms") == 3000
    services = ProcessSettings().kafka()
    services.pop("logger")  # where librdkafka's lines go
    assert found == services
