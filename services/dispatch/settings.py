"""What dispatch reads from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from services.chassis.settings import ProcessSettings
from services.dispatch.domain.retention import DataClass, days_of

LEAST_KEY_LENGTH = 32
"""RFC 7518, 3.2: a key at least as long as the hash of HS256."""


class DatabaseSettings(ProcessSettings):
    """What `migrate` needs."""

    database_url: SecretStr


class RetentionSettings(ProcessSettings):
    """How long data are kept, and what signs the record of their end."""

    retention_key: SecretStr | None = None
    """Signs the records of what was destroyed; without it nothing is destroyed, and the log says so."""
    retention_days: dict[DataClass, int] = Field(default_factory=lambda: days_of({}))
    """Days by class where the city keeps something shorter, or up to what is allowed longer: domain/retention.py."""

    @field_validator("retention_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """None, or a secret that nobody guesses; an empty variable is none."""
        if value is None or not value.get_secret_value():
            return None
        if len(value.get_secret_value()) < LEAST_KEY_LENGTH:
            raise ValueError(f"{LEAST_KEY_LENGTH} characters or more")
        return value

    @field_validator("retention_days")
    @classmethod
    def _allowed(cls, value: dict[DataClass, int]) -> dict[DataClass, int]:
        """All classes, those that are not named as in the table."""
        return days_of(value)


class DispatchSettings(DatabaseSettings, RetentionSettings):
    """Ports, people and the times that run cards do not state; seconds unless told otherwise."""

    dispatch_port: int = Field(default=8100, ge=0, le=65535)
    dispatch_public_urls: str = ""
    """Comma separated: where browsers reach all dispatch processes. The host 127.0.0.1 means: as this one was."""
    vigie_pages_dir: Path = Path("web/dist")
    vigie_extracts_dir: Path | None = None
    vigie_tiles_dir: Path | None = None
    vigie_accounts: Literal["open", "demo", "oidc"] = "open"
    """`open`: nobody is asked who he is, for tests and machines behind another door; `demo`: accounts.py, one PIN;
    `oidc`: an identity provider, see identity/settings.py."""
    vigie_demo_pin: SecretStr | None = Field(default=None, validate_default=True)
    dispatch_session_key: SecretStr | None = Field(default=None, validate_default=True)
    """Signs badges; at least 32 characters, the same for all dispatch processes."""
    dispatch_service_token: SecretStr | None = None
    """By which our own processes and tools are known."""
    offer_s: float = Field(default=30, gt=0)
    unclaimed_alarm_s: float = Field(default=15, gt=0)
    unacknowledged_p1_s: float = Field(default=60, gt=0)
    link_within_s: float = Field(default=3600, gt=0)
    vigie_peers: dict[str, str] = Field(default_factory=dict)
    """Base URLs of the services by name, for the console's health page: JSON in the environment."""
    dispatch_relief: bool = Field(default=True, description="a sooner unit that becomes free relieves one on its way")
    coverage_every_s: float = Field(default=15, ge=0, description="how often coverage is looked at; 0: never")
    reconcile_every_s: float = Field(
        default=5, ge=0, description="how often signals and outcomes are compared; 0: never"
    )
    reconcile_grace_s: float = Field(default=30, gt=0)
    """So long a signal may take to its outcome and card, and a step before a backlog may stand still."""
    synthetic_sos_every_s: float = Field(default=60, ge=0, description="0: never; it needs ingest among VIGIE_PEERS")
    welfare_after_s: float = Field(default=1200, gt=0)
    welfare_answer_s: float = Field(default=60, gt=0)
    stream_kept_s: float = Field(default=86_400, gt=0)
    broadcast_text_kept_s: float = Field(default=30 * 86_400, gt=0)
    """So long after its end the text of a broadcast is kept, for complaints; then it is destroyed."""

    @property
    def extracts_dir(self) -> Path:
        """Where the street maps lie that packs name: VIGIE_EXTRACTS_DIR, else `extracts` in the state folder."""
        return self.vigie_extracts_dir or self.vigie_state_dir / "extracts"

    @property
    def tiles_dir(self) -> Path:
        """Where `make tiles` puts base maps: VIGIE_TILES_DIR, else `tiles` in the state folder."""
        return self.vigie_tiles_dir or self.vigie_state_dir / "tiles"

    @field_validator("vigie_demo_pin", "dispatch_session_key")
    @classmethod
    def _complete(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Where people sign in there is a key that outlives a restart, and a PIN unless a provider asks for more."""
        key = info.field_name == "dispatch_session_key"
        least, ways = (LEAST_KEY_LENGTH, {"demo", "oidc"}) if key else (1, {"demo"})
        way = info.data.get("vigie_accounts")
        if way in ways and (value is None or len(value.get_secret_value()) < least):
            raise ValueError(f"VIGIE_ACCOUNTS={way} needs it, of {least} characters or more")
        return value

    @property
    def public_urls(self) -> list[str]:
        """Base URLs of all doors, this one among them."""
        return [url.strip().rstrip("/") for url in self.dispatch_public_urls.split(",") if url.strip()]

    @property
    def offer(self) -> timedelta:
        """How long a unit has to answer an offer before the next one is asked."""
        return timedelta(seconds=self.offer_s)

    @property
    def welfare_after(self) -> timedelta:
        """How long a unit on scene may be silent before it is asked, where its run card does not say."""
        return timedelta(seconds=self.welfare_after_s)

    @property
    def welfare_answer(self) -> timedelta:
        """How long it has to answer before the room is alerted."""
        return timedelta(seconds=self.welfare_answer_s)

    @property
    def link_within(self) -> timedelta:
        """How long after it opened a finished incident is still named as the earlier one of its site."""
        return timedelta(seconds=self.link_within_s)
