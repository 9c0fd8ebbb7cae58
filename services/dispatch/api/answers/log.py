"""The log and what is made from it."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState
from schemas.vocabulary.natures import Nature, Priority


class LogLine(BaseModel):
    """One line of the *main courante*. `text` is what a person wrote with it."""

    at: datetime
    centre: str
    incident_id: str
    version: int
    event: IncidentEvent
    event_fr: str
    event_en: str
    reason: str
    reason_fr: str
    reason_en: str
    actor: str
    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    sector: str | None
    site: str | None
    address: str | None
    text: str | None


class LogPage(BaseModel):
    """Newest first. `next`: give it as `after` for the following page; none at the end."""

    lines: list[LogLine]
    next: str | None


class Counted(BaseModel):
    """How many incidents of one nature and priority were opened, and how they stand."""

    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    opened: int
    dismissed: int
    unfinished: int


class StillOpen(BaseModel):
    """An incident that the next shift takes over, with what it waits for."""

    incident_id: str
    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    state: IncidentState
    address: str | None
    sector: str | None
    opened_at: datetime
    acknowledged_by: str | None
    attention: str | None
    units: list[str]
    waiting_tasks: list[str]
    partners: list[str] = Field(description="agency and state of its hand-over")
    last_note: str | None


class ShiftSummary(BaseModel):
    """*Relève*: what happened between two moments, and what is handed on."""

    since: datetime
    until: datetime
    counted: list[Counted]
    still_open: list[StillOpen]
    silences: int = Field(description="silences and sites under test in force now, the city pack's among them")
    broadcasts: int
    units: dict[str, int] = Field(description="number of units by state")
    first_unit_p90_s: dict[str, float] = Field(description="seconds from opening to the first offer, P90 by priority")
    on_scene_p90_s: dict[str, float] = Field(description="seconds from opening to the first unit on scene, P90")


class AlarmLoad(BaseModel):
    """Alarms shown per operator and ten minutes, beside what EEMUA 191 holds bearable."""

    minutes: int
    operators: int
    alarms: int
    per_operator_10_min: float
    peak_10_min: int
    level: str = Field(description="steady (≤ 1), busy (< 10) or flood (≥ 10) by operator and ten minutes")
    priorities: dict[str, float] = Field(description="share of P1, P2, P3 and P4, 0…1; EEMUA 191: 5 / 15 / 80 %")


class NearCamera(BaseModel):
    """A camera near an incident."""

    camera: str
    name: str
    distance_m: float
    lat: float
    lon: float
    network: str | None
    site: str | None


class Presence(BaseModel):
    """Who shows which card."""

    actor: str
    incident_id: str | None
    seen_at: datetime


class AttachmentKept(BaseModel):
    """`fresh` false: it was kept before."""

    attachment_id: str
    incident_id: str
    fresh: bool


class ServiceHealth(BaseModel):
    """A process: ready, waiting, degraded or away, with the checks that are not ready."""

    service: str
    state: str
    checks: dict[str, dict[str, str]]
    reason: str | None


class Hop(BaseModel):
    """A hop's latency since its service began, milliseconds."""

    hop: str
    fr: str
    en: str
    number: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Waiting(BaseModel):
    """How much waits somewhere."""

    service: str
    gauge: str
    labels: dict[str, str]
    value: float


class SystemHealth(BaseModel):
    """The whole system as its services say it."""

    services: list[ServiceHealth]
    hops: list[Hop]
    waiting: list[Waiting]
