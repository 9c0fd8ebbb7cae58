"""What dispatch reads from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from services.chassis.settings import ProcessSettings

LEAST_KEY_LENGTH = 32
"""RFC 7518, 3.2: a key at least as long as the hash of HS256."""


class DatabaseSettings(ProcessSettings):
    """What `migrate` needs."""

    database_url: SecretStr


class DispatchSettings(DatabaseSettings):
    """Ports, people and the times that run cards do not state; seconds unless told otherwise."""

    dispatch_port: int = Field(default=8100, ge=0, le=65535)
    dispatch_public_urls: str = ""
    """Comma separated: where browsers reach all dispatch processes. The host 127.0.0.1 means: as this one was."""
    vigie_pages_dir: Path = Path("web/dist")
    vigie_extracts_dir: Path | None = None
    vigie_tiles_dir: Path | None = None
    vigie_accounts: Literal["open", "demo"] = "open"
    """`open`: nobody is asked who he is, for tests and machines behind another door; `demo`: accounts.py, one PIN."""
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
        """Where people sign in there is a PIN, and a key that outlives a restart."""
        least = LEAST_KEY_LENGTH if info.field_name == "dispatch_session_key" else 1
        if info.data.get("vigie_accounts") == "demo" and (value is None or len(value.get_secret_value()) < least):
            raise ValueError(f"VIGIE_ACCOUNTS=demo needs it, of {least} characters or more")
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
