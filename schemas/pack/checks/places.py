"""Centre, sectors and sites: communes exist, polygons are simple, everything stands where it says."""

from collections.abc import Iterator
from itertools import combinations
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.pack.checks.references import refers
from schemas.pack.draft import Draft, Item
from schemas.pack.entries import Entry
from schemas.pack.findings import Finding, error, warning
from schemas.pack.geometry import area, centre_of, contains, crosses_itself, distance_m, overlap
from schemas.pack.places import Centre, Sector
from schemas.wire import Position

MAX_SECTOR_DISTANCE_KM = 60
"""Beyond this a sector does not belong to one centre: a department is about 100 km across."""


def check_places(draft: Draft) -> Iterator[Finding]:
    """Findings on centre, sectors and sites."""
    yield from _centre(draft)
    for sector in draft.sectors:
        yield from _sector(draft, sector)
    yield from _far_apart(draft)
    for one, other in combinations(draft.sectors, 2):
        if overlap(one.model.polygon, other.model.polygon):
            yield warning(
                other.entry.place("polygon"),
                f"les secteurs « {one.model.id} » et « {other.model.id} » se recouvrent ; déplacez un coin",
                f'sectors "{one.model.id}" and "{other.model.id}" overlap; move a corner',
            )
    for site in draft.sites:
        yield from stands(draft, site.entry, site.model.commune, site.model.sector, site.model.position)


def communes(draft: Draft) -> set[str]:
    """INSEE codes that the centre serves; all that are written, where the centre itself is not valid."""
    return {commune.insee for item in draft.centre for commune in item.model.communes}


def stands(draft: Draft, entry: Entry, commune: str, sector: str, position: Position) -> Iterator[Finding]:
    """Commune and sector exist and agree, and the position lies in the sector."""
    if draft.centre.valid:
        yield from refers(entry, ("commune",), commune, communes(draft))
    yield from refers(entry, ("sector",), sector, draft.sectors.written)
    held = draft.sectors.by_key.get(sector)
    if held is None:
        return
    if held.commune != commune:
        yield error(
            entry.place("commune"),
            f"{entry.part}/{entry.key} : commune {commune}, mais le secteur « {sector} » est dans {held.commune}"
            " ; corrigez l'un des deux",
            f'{entry.part}/{entry.key}: commune {commune}, but sector "{sector}" is in {held.commune};'
            " correct one of them",
        )
    if not contains(held.polygon, (position.lat, position.lon)):
        yield _outside(draft, entry, held, position)


def _outside(draft: Draft, entry: Entry, sector: Sector, position: Position) -> Finding:
    point = (position.lat, position.lon)
    if contains(sector.polygon, (position.lon, position.lat)):
        fr, en = "latitude et longitude sont inversées", "latitude and longitude are swapped"
    else:
        there = next((item.model.id for item in draft.sectors if contains(item.model.polygon, point)), None)
        away = round(distance_m(point, centre_of(sector.polygon)))
        fr = f"elle est dans « {there} »" if there else f"elle est à {away} m de son milieu"
        en = f'it is in "{there}"' if there else f"it is {away} m from its middle"
    return error(
        entry.place("position"),
        f"{entry.part}/{entry.key} : position hors du secteur « {sector.id} » ({fr}) ; corrigez l'un des deux",
        f'{entry.part}/{entry.key}: position outside sector "{sector.id}" ({en}); correct one of them',
    )


def _centre(draft: Draft) -> Iterator[Finding]:
    written = len(draft.centre.valid)
    if written > 1:
        yield error(
            draft.centre.valid[1].entry.place(),
            "le centre est décrit deux fois ; gardez une seule partie « centre »",
            'the centre is described twice; keep one "centre" part',
        )
    for item in draft.centre:
        yield from _timezone(item)
        yield from _communes(draft, item)


def _timezone(item: Item[Centre]) -> Iterator[Finding]:
    try:
        ZoneInfo(item.model.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield error(
            item.entry.place("timezone"),
            f"fuseau horaire inconnu « {item.model.timezone} » ; écrivez par exemple Europe/Paris",
            f'unknown time zone "{item.model.timezone}"; write for example Europe/Paris',
        )


def _communes(draft: Draft, item: Item[Centre]) -> Iterator[Finding]:
    seen: set[str] = set()
    sectored = {sector.model.commune for sector in draft.sectors}
    for index, commune in enumerate(item.model.communes):
        place = item.entry.place("communes", index)
        if commune.insee in seen:
            yield error(
                place,
                f"la commune {commune.insee} figure deux fois ; retirez-en une",
                f"commune {commune.insee} stands twice; remove one",
            )
        elif commune.insee not in sectored:
            yield warning(
                place,
                f"la commune {commune.insee} ({commune.name}) n'a aucun secteur ; dessinez-en un",
                f"commune {commune.insee} ({commune.name}) has no sector; draw one",
            )
        seen.add(commune.insee)


def _sector(draft: Draft, item: Item[Sector]) -> Iterator[Finding]:
    if draft.centre.valid:
        yield from refers(item.entry, ("commune",), item.model.commune, communes(draft))
    if area(item.model.polygon) == 0 or crosses_itself(item.model.polygon):
        yield error(
            item.entry.place("polygon"),
            f"secteur « {item.model.id} » : le contour se croise ou est plat ; donnez les coins en faisant le tour",
            f'sector "{item.model.id}": the outline crosses itself or is flat; give the corners going round',
        )


def _far_apart(draft: Draft) -> Iterator[Finding]:
    centres = [centre_of(item.model.polygon) for item in draft.sectors]
    if not centres:
        return
    middle = (median(lat for lat, _ in centres), median(lon for _, lon in centres))
    for item, centre in zip(draft.sectors, centres, strict=True):
        away_km = distance_m(middle, centre) / 1000
        if away_km > MAX_SECTOR_DISTANCE_KM:
            yield error(
                item.entry.place("polygon"),
                f"secteur « {item.model.id} » à {away_km:.0f} km des autres ; l'ordre est [latitude, longitude]",
                f'sector "{item.model.id}" is {away_km:.0f} km from the others; the order is [latitude, longitude]',
            )
