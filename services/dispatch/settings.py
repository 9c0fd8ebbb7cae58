"""What dispatch reads from the environment."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from services.chassis.settings import ProcessSettings


class DispatchSettings(ProcessSettings):
    """Ports, database and the times that run cards do not state; seconds unless told otherwise."""

    database_url: SecretStr
    dispatch_port: int = Field(default=8100, ge=0, le=65535)
    vigie_pages_dir: Path = Path("web/dist")
    vigie_extracts_dir: Path | None = None
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
