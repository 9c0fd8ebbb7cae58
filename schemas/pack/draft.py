"""A pack while it is checked: entries with their models where these are valid, and all ids that were written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import ValidationError

from schemas.pack.devices import Device, LegalBasis
from schemas.pack.entries import Entries, Entry
from schemas.pack.findings import Finding, Place, error
from schemas.pack.pack import PackPart
from schemas.pack.places import Centre, Sector, Site
from schemas.pack.responders import Agency, RunCard, Unit
from schemas.pack.streets import Street
from schemas.pack.wording import refusals
from schemas.wire import WireModel

M = TypeVar("M", bound=WireModel)


@dataclass(frozen=True)
class Item(Generic[M]):
    """A valid entry and its model."""

    entry: Entry
    model: M


@dataclass
class Items(Generic[M]):
    """The valid items of one part. `written` also holds the ids of entries that are not valid themselves."""

    valid: list[Item[M]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    by_key: dict[str, M] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Item[M]]:
        return iter(self.valid)

    def add(self, item: Item[M]) -> None:
        """Keep a valid item."""
        self.valid.append(item)
        self.by_key[str(item.entry.key)] = item.model


@dataclass(frozen=True)
class Draft:
    """All parts of a pack that is being checked."""

    place: Place
    centre: Items[Centre]
    sectors: Items[Sector]
    sites: Items[Site]
    devices: Items[Device]
    units: Items[Unit]
    run_cards: Items[RunCard]
    agencies: Items[Agency]
    legal_bases: Items[LegalBasis]
    streets: Items[Street]


def draft(entries: Entries, findings: list[Finding]) -> Draft:
    """Validate each entry by itself; refusals are added to `findings`."""

    def items(part: PackPart, model: type[M]) -> Items[M]:
        return _items(entries.parts[part], model, findings)

    return Draft(
        place=Place(entries.folder, 1),
        centre=items(PackPart.CENTRE, Centre),
        sectors=items(PackPart.SECTORS, Sector),
        sites=items(PackPart.SITES, Site),
        devices=items(PackPart.DEVICES, Device),
        units=items(PackPart.UNITS, Unit),
        run_cards=items(PackPart.RUN_CARDS, RunCard),
        agencies=items(PackPart.AGENCIES, Agency),
        legal_bases=items(PackPart.LEGAL_BASES, LegalBasis),
        streets=items(PackPart.STREETS, Street),
    )


def _items(entries: list[Entry], model: type[M], findings: list[Finding]) -> Items[M]:
    result: Items[M] = Items()
    seen: dict[str, Place] = {}
    for entry in entries:
        if entry.key is not None and entry.part is not PackPart.LEGAL_BASES:
            if entry.key in seen:
                findings.append(_twice(entry, seen[entry.key]))
                continue
            seen[entry.key] = entry.place()
            result.written.add(entry.key)
        try:
            result.add(Item(entry, model.model_validate(entry.values, extra="forbid")))
        except ValidationError as problem:
            findings.extend(refusals(entry, problem))
    return result


def _twice(entry: Entry, first: Place) -> Finding:
    return error(
        entry.place("id"),
        f"« {entry.key} » existe déjà ({first}) ; donnez un autre id",
        f'"{entry.key}" exists already ({first}); give another id',
    )
