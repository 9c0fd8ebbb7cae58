"""Settings of the two processes; each field's name in capitals is its environment variable."""

from pydantic import Field, model_validator

from services.chassis.settings import ProcessSettings
from services.triage.correlation.domain.reach import Reach
from services.triage.screening.domain.limits import Limits


class ScreeningSettings(ProcessSettings):
    """Screening. Times in seconds."""

    screening_port: int = Field(default=8102, ge=0, le=65535)
    screening_batch: int = Field(default=2000, ge=1, le=10_000)
    screening_chatter_over: int = Field(default=3, ge=1, le=100)
    screening_chatter_within: float = Field(default=60.0, gt=0)
    screening_chatter_quiet: float = Field(default=120.0, gt=0)
    screening_chatter_period: float = Field(default=600.0, gt=0)
    screening_remembered_ids: int = Field(default=20_000, ge=1000)

    @model_validator(mode="after")
    def _windows_fit(self) -> "ScreeningSettings":
        self.limits()
        return self

    def limits(self) -> Limits:
        """The numbers of the rules. Raises ValueError where a window would outlast what a restart reads again."""
        return Limits(
            chatter_over=self.screening_chatter_over,
            chatter_within=self.screening_chatter_within,
            chatter_quiet=self.screening_chatter_quiet,
            chatter_period=self.screening_chatter_period,
            remembered_ids=self.screening_remembered_ids,
        )


class CorrelationSettings(ProcessSettings):
    """Correlation. Times in seconds, distances in metres.

    `correlation_instance` names this worker to the group; two workers need two names and two state folders.
    """

    correlation_port: int = Field(default=8103, ge=0, le=65535)
    correlation_instance: str = Field(default="correlation-1", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    correlation_near: float = Field(default=80.0, gt=0, le=1000)
    correlation_within: float = Field(default=600.0, gt=0, le=3600)
    correlation_lasts: float = Field(default=7200.0, ge=600)
    correlation_answers_kept: float = Field(default=3600.0, ge=600)
    correlation_in_flight: int = Field(default=200, ge=1, le=10_000)

    def reach(self) -> Reach:
        """How far apart alarms of one situation may be."""
        return Reach(near_m=self.correlation_near, within_s=self.correlation_within, lasts_s=self.correlation_lasts)
