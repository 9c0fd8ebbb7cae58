"""Settings of a process: one frozen object, read once from the environment; secrets are SecretStr.

A secret `NAME` may stand in a file instead, which `NAME_FILE` names: an environment is seen by more eyes than a file.
"""

import os
import sys
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services.chassis import logs

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in the code, then variables, then files."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    def kafka(self) -> dict[str, Any]:
        """The librdkafka settings that reach the cluster, and where its lines go."""
        config: dict[str, Any] = {
            "logger": logs.LIBRDKAFKA,
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


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets out of the files that `<NAME>_FILE` names, without surrounding white space."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file of one setting; None where it is no secret or no file is named."""
        path = os.environ.get(f"{field_name.upper()}_FILE")
        if not path or SecretStr not in (field.annotation, *get_args(field.annotation)):
            return None, field_name, False
        try:
            return Path(path).read_text("utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            sys.stderr.write(
                f"Fichier illisible : {field_name.upper()}_FILE ({type(error).__name__}). / This file cannot be read.\n"
            )
            raise SystemExit(2) from None

    def __call__(self) -> dict[str, Any]:
        """All of them by the field's name."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def load(kind: type[S]) -> S:
    """The settings from the environment. A wrong one ends the process with one sentence and exit code 2."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # A rule over several settings names them in its own words.
        name = "_".join(str(step) for step in first["loc"]).upper() or first["msg"]
        sys.stderr.write(
            f"Réglage {name} incorrect ({first['msg']}) : corrigez la variable d'environnement {name}. / "
            f"Wrong setting {name}: correct this environment variable.\n"
        )
        raise SystemExit(2) from None
