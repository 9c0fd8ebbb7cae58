"""A whole city pack, and its parts as they travel on topic `packs`."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from pydantic import Field

from schemas.pack.devices import Device, LegalBasis
from schemas.pack.places import Centre, Sector, Site
from schemas.pack.responders import Agency, RunCard, Unit
from schemas.pack.streets import Street
from schemas.wire import Identifier, Insee, Instant, Message, WireModel


class PackPart(StrEnum):
    """The parts of a pack; each is one record, keyed `<centre>/<part>`."""

    CENTRE = "centre"
    SECTORS = "sectors"
    SITES = "sites"
    DEVICES = "devices"
    UNITS = "units"
    RUN_CARDS = "run_cards"
    AGENCIES = "agencies"
    LEGAL_BASES = "legal_bases"
    STREETS = "streets"


class CityPack(WireModel):
    """All parts of one centre. `version` is derived from the content, so equal packs have equal versions."""

    centre: Centre
    sectors: tuple[Sector, ...]
    sites: tuple[Site, ...]
    devices: tuple[Device, ...]
    units: tuple[Unit, ...]
    run_cards: tuple[RunCard, ...]
    agencies: tuple[Agency, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    streets: tuple[Street, ...] = ()

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the content's SHA-256."""
        content = json.dumps(canonical(self.model_dump(mode="json")), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def parts(self, applied_at: datetime) -> list["PackPartApplied"]:
        """The records that carry this pack; `applied_at` is the same in all of them."""
        version = self.version
        return [
            PackPartApplied(
                centre=self.centre.code,
                part=part,
                version=version,
                applied_at=applied_at,
                content=self.model_dump(mode="json")[part.value],
            )
            for part in PackPart
        ]


def canonical(value: Any) -> Any:
    """The same JSON value with sets (dumped as lists in arbitrary order) made comparable."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [canonical(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value


class PackPartApplied(Message):
    """One part of a pack version. Topic `packs`, compacted; used only when a process holds a whole version."""

    ce_type: ClassVar[str] = "vigie.pack_part.applied.v1"

    centre: Insee
    part: PackPart
    version: Identifier
    applied_at: Instant
    content: Any = Field(description="the part's JSON, as in CityPack")

    @property
    def event_id(self) -> str:
        return f"{self.centre}/{self.part}@{self.version}"

    @property
    def event_time(self) -> datetime:
        return self.applied_at

    @property
    def event_key(self) -> str:
        return f"{self.centre}/{self.part}"


class PackAssembler:
    """Collects parts and yields a pack each time one centre's parts are all of one version."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[PackPart, PackPartApplied]] = {}
        self.packs: dict[str, CityPack] = {}

    def add(self, part: PackPartApplied) -> CityPack | None:
        """The whole pack if this part completes a version that is not yet held, else None.

        Raises pydantic.ValidationError if the completed content is not a pack; the former pack stays held.
        """
        parts = self._parts.setdefault(part.centre, {})
        parts[part.part] = part
        if len(parts) < len(PackPart) or len({held.version for held in parts.values()}) > 1:
            return None
        held = self.packs.get(part.centre)
        if held is not None and held.version == part.version:
            return None
        pack = assemble(parts.values())
        self.packs[part.centre] = pack
        return pack


def assemble(parts: Iterable[PackPartApplied]) -> CityPack:
    """The pack of these parts, one of each. Raises pydantic.ValidationError where the content is wrong."""
    return CityPack.model_validate({part.part.value: part.content for part in parts})
