"""Settings of a process: one frozen object, read once from the environment; secrets are SecretStr."""

import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound="ProcessSettings")


class ProcessSettings(BaseSettings):
    """What all processes read. Subclasses add their own; the field's name in capitals is the variable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: str = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_ca_location: Path | None = None
    bind_host: str = "127.0.0.1"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    traces_file: Path | None = None
    otel_exporter_otlp_endpoint: str | None = None
    vigie_state_dir: Path = Path("var/state")
    vigie_secrets_dir: Path | None = None
    dead_letters_per_minute: int = Field(default=60, ge=1)

    def kafka(self) -> dict[str, str]:
        """The librdkafka settings that reach the cluster."""
        config = {
            "bootstrap.servers": self.kafka_bootstrap_servers,
            "security.protocol": self.kafka_security_protocol,
        }
        if self.kafka_ssl_ca_location:
            config["ssl.ca.location"] = str(self.kafka_ssl_ca_location)
        if self.kafka_sasl_username and self.kafka_sasl_password:
            config["sasl.mechanism"] = self.kafka_sasl_mechanism
            config["sasl.username"] = self.kafka_sasl_username
            config["sasl.password"] = self.kafka_sasl_password.get_secret_value()
        return config


def load(kind: type[S]) -> S:
    """The settings from the environment. A wrong one ends the process with one sentence and exit code 2."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(step) for step in first["loc"]).upper()
        sys.stderr.write(
            f"Réglage {name} incorrect ({first['msg']}) : corrigez la variable d'environnement {name}. / "
            f"Wrong setting {name}: correct this environment variable.\n"
        )
        raise SystemExit(2) from None
