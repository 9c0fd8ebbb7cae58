"""Names by which the outside calls a device: each may belong to one device only."""

from collections.abc import Iterator

from schemas.pack.devices import Device
from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, Place, error


def check_accounts(draft: Draft) -> Iterator[Finding]:
    """Panel accounts, zones within a panel, and camera names are unique."""
    accounts: dict[str, Place] = {}
    names: dict[str, Place] = {}
    for item in draft.devices:
        if item.model.panel is not None:
            yield from _once(item, ("panel", "account"), item.model.panel.account.upper(), accounts)
            yield from _zones(item)
        if item.model.analytics is not None:
            yield from _once(item, ("analytics", "frigate_name"), item.model.analytics.frigate_name, names)


def _zones(item: Item[Device]) -> Iterator[Finding]:
    zones: dict[str, Place] = {}
    assert item.model.panel is not None
    for index, zone in enumerate(item.model.panel.zones):
        number = zone.zone.upper().lstrip("0")
        yield from _once(item, ("panel", "zones", index, "zone"), number, zones)


def _once(item: Item[Device], path: tuple[str | int, ...], name: str, seen: dict[str, Place]) -> Iterator[Finding]:
    place = item.entry.place(*path)
    first = seen.setdefault(name, place)
    if first is not place:
        field = path[-1]
        yield error(
            place,
            f"devices/{item.model.id}, {field} : « {name} » est déjà pris ({first}) ; donnez-en un autre",
            f'devices/{item.model.id}, {field}: "{name}" is already taken ({first}); give another',
        )
