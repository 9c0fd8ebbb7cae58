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
    offer_s: float = Field(default=30, gt=0)
    unclaimed_alarm_s: float = Field(default=15, gt=0)
    unacknowledged_p1_s: float = Field(default=60, gt=0)
    link_within_s: float = Field(default=3600, gt=0)
    stream_kept_s: float = Field(default=86_400, gt=0)
    broadcast_text_kept_s: float = Field(default=30 * 86_400, gt=0)
    """So long after its end the text of a broadcast is kept, for complaints; then it is destroyed."""

    @property
    def offer(self) -> timedelta:
        """How long a unit has to answer an offer before the next one is asked."""
        return timedelta(seconds=self.offer_s)

    @property
    def link_within(self) -> timedelta:
        """How long after it opened a finished incident is still named as the earlier one of its site."""
        return timedelta(seconds=self.link_within_s)
