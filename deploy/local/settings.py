"""What the user may set through the environment, read once and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.layout import REPOSITORY, Layout
from deploy.local.sentences import StackError, wrong_setting

EXERCISE_PIN = "2580"
"""Of all demo accounts of the embedded stack, which listens on this machine only. Shown at the start."""


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdigit() else value


class LocalSettings(BaseSettings):
    """Environment of the embedded stack. Empty variables count as unset."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore", populate_by_name=True)

    var: Path = Field(default=REPOSITORY / "var", alias="VIGIE_VAR")
    cache: Path = Field(default=REPOSITORY / "var" / "cache", alias="VIGIE_CACHE")
    brokers: Annotated[Literal[1, 3], BeforeValidator(_number)] = Field(default=1, alias="VIGIE_BROKERS")
    dispatches: Annotated[Literal[1, 2], BeforeValidator(_number)] = Field(default=1, alias="VIGIE_DISPATCHES")
    ingests: Annotated[Literal[1, 2], BeforeValidator(_number)] = Field(default=1, alias="VIGIE_INGESTS")
    city: str = Field(default="metz", alias="VIGIE_CITY", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    overlay: Path | None = Field(default=None, alias="VIGIE_OVERLAY")
    secrets_dir: Path | None = Field(default=None, alias="VIGIE_SECRETS_DIR")
    extracts_dir: Path | None = Field(default=None, alias="VIGIE_EXTRACTS_DIR")
    faults_dir: Path | None = Field(default=None, alias="VIGIE_FAULTS_DIR")
    """For tests/faults: each process gets a folder in it for the faults ordered of it (chassis/fault_points)."""
    bind_host: str = Field(default="127.0.0.1", alias="BIND_HOST")
    log_level: str = Field(default="INFO", alias="LOG_LEVEL")
    ready_seconds: float = Field(default=60.0, alias="VIGIE_READY_SECONDS", gt=0)
    """How long a part may take to answer at its first start; more on a machine that is busy with other things."""
    kill_hung: bool = Field(default=True, alias="VIGIE_KILL_HUNG")
    demo_seconds: float | None = Field(default=None, alias="DEMO_SECONDS", gt=0)

    accounts: Literal["open", "demo", "oidc"] = Field(default="demo", alias="VIGIE_ACCOUNTS")
    demo_pin: SecretStr = Field(default=SecretStr(EXERCISE_PIN), alias="VIGIE_DEMO_PIN", min_length=1)

    observe: bool = Field(default=False, alias="OBSERVE")
    """Prometheus beside the services."""

    kafka: str | None = Field(default=None, alias="KAFKA_BOOTSTRAP_SERVERS")
    database: SecretStr | None = Field(default=None, alias="DATABASE_URL")
    mqtt: str | None = Field(default=None, alias="MQTT_URL")

    kafka_port: int | None = Field(default=None, alias="KAFKA_PORT", ge=1, le=65_535)
    postgres_port: int | None = Field(default=None, alias="POSTGRES_PORT", ge=1, le=65_535)
    mqtt_port: int | None = Field(default=None, alias="MQTT_PORT", ge=1, le=65_535)
    ingest_http_port: int | None = Field(default=None, alias="INGEST_HTTP_PORT", ge=1, le=65_535)
    ingest_dc09_port: int | None = Field(default=None, alias="INGEST_DC09_PORT", ge=1, le=65_535)
    dispatch_port: int | None = Field(default=None, alias="DISPATCH_PORT", ge=1, le=65_535)
    screening_port: int | None = Field(default=None, alias="SCREENING_PORT", ge=1, le=65_535)
    correlation_port: int | None = Field(default=None, alias="CORRELATION_PORT", ge=1, le=65_535)
    notify_port: int | None = Field(default=None, alias="NOTIFY_PORT", ge=1, le=65_535)
    prometheus_port: int | None = Field(default=None, alias="PROMETHEUS_PORT", ge=1, le=65_535)

    @field_validator("var", "cache", "overlay", "secrets_dir", "extracts_dir", "faults_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().resolve()

    @property
    def layout(self) -> Layout:
        """Folders of this run."""
        return Layout(var=self.var, cache=self.cache)

    @property
    def secrets(self) -> Path:
        """Where services look for the files that the pack refers to."""
        return self.secrets_dir or self.layout.secrets


def read_settings() -> LocalSettings:
    """Reads the environment. Raises StackError with the first wrong variable, named."""
    try:
        return LocalSettings()
    except ValidationError as failure:
        first = failure.errors()[0]
        setting = str(first["loc"][0])
        english = first["msg"][0].lower() + first["msg"][1:]
        raise StackError(
            wrong_setting(setting, str(first["input"]), f"corrigez ou retirez cette variable ({english})", english)
        ) from failure
