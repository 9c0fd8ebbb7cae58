"""The recommendation, with each word's sentence in both languages."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.domain.recommending import Reason, Refusal, Rule
from services.dispatch.domain.travelling import Basis


class RankedShown(BaseModel):
    """A unit that may be sent, best first. Another than the first needs a reason (`assign`)."""

    unit: str
    call_sign: str
    reason: Reason
    reason_fr: str
    reason_en: str
    seconds: float | None = Field(description="until on scene; none if its position is not known")
    coverage_loss: float | None = Field(description="share of demand (0…1) that no longer finds a free unit in reach")
    diverts: str | None = Field(description="the incident that would lose this unit and be dispatched again at once")
    gain_s: float | None = Field(description="seconds won over the best idle unit")
    recommended: bool = Field(description="true for the top three, which the operator is shown first")


class RefusedShown(BaseModel):
    """A unit that is not proposed."""

    unit: str
    call_sign: str
    reason: Refusal
    reason_fr: str
    reason_en: str
    seconds: float | None
    detail: str | None = Field(description="the travel engine's own word where there is no way")


class RecommendationShown(BaseModel):
    """Who should go, as things stand at `computed_at`. Ranked and refused together are all units of that kind."""

    incident_id: str
    task_id: str
    kind: ResponderKind
    free_slots: int
    rule: Rule
    rule_fr: str
    rule_en: str
    ranked: list[RankedShown]
    refused: list[RefusedShown]
    travel: Basis = Field(description="what the times rest on")
    busy_fraction: float = Field(description="share of time (0…1) that a unit is taken to be busy, for coverage")
    computed_at: datetime
