"""Devices: each stands where it says, belongs to its site, and has the fields of its kind."""

from collections.abc import Iterator

from schemas.pack.checks.places import stands
from schemas.pack.checks.references import refers
from schemas.pack.devices import Device
from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, error, warning
from schemas.pack.geometry import distance_m
from schemas.vocabulary.natures import is_urgent
from schemas.vocabulary.signals import DeviceKind

MAX_SITE_DISTANCE_M = 300
INSTALLED = frozenset({DeviceKind.PANEL, DeviceKind.KIOSK, DeviceKind.CAMERA, DeviceKind.SENSOR})
RESERVED_PREFIX = "sos:"
"""Ingest names each app SOS `sos:<id>`; a pack device of that name would be taken for one."""


def check_devices(draft: Draft) -> Iterator[Finding]:
    """Findings on devices, except what must be unique among them (accounts.py)."""
    for item in draft.devices:
        device = item.model
        yield from stands(draft, item.entry, device.commune, device.sector, device.position)
        yield from refers(item.entry, ("site",), device.site, draft.sites.written)
        yield from _site(draft, item)
        yield from _kind(item)
        yield from _labels(item)


def _site(draft: Draft, item: Item[Device]) -> Iterator[Finding]:
    site = draft.sites.by_key.get(item.model.site or "")
    if site is None:
        return
    if site.sector != item.model.sector:
        yield error(
            item.entry.place("sector"),
            f"devices/{item.model.id} : secteur « {item.model.sector} », mais son site est dans « {site.sector} »"
            " ; corrigez l'un des deux",
            f'devices/{item.model.id}: sector "{item.model.sector}", but its site is in "{site.sector}";'
            " correct one of them",
        )
    here, there = item.model.position, site.position
    away = distance_m((here.lat, here.lon), (there.lat, there.lon))
    if away > MAX_SITE_DISTANCE_M:
        yield warning(
            item.entry.place("position"),
            f"devices/{item.model.id} : à {away:.0f} m de son site « {site.id} » ; vérifiez la position",
            f'devices/{item.model.id}: {away:.0f} m from its site "{site.id}"; check the position',
        )


def _kind(item: Item[Device]) -> Iterator[Finding]:
    device, name = item.model, f"devices/{item.model.id}"
    if device.kind not in INSTALLED:
        allowed = ", ".join(sorted(INSTALLED))
        yield error(
            item.entry.place("kind"),
            f"{name} : « {device.kind} » ne s'installe pas ; choisissez {allowed}",
            f'{name}: "{device.kind}" is not installed anywhere; choose {allowed}',
        )
    if (device.kind is DeviceKind.PANEL) != (device.panel is not None):
        yield error(
            item.entry.place("panel" if device.panel else "kind"),
            f"{name} : une centrale (kind: panel) a un champ « panel », et elle seule ; corrigez l'un des deux",
            f'{name}: a panel (kind: panel), and nothing else, has a "panel" field; correct one of them',
        )
    if device.analytics is not None and device.kind is not DeviceKind.CAMERA:
        yield error(
            item.entry.place("analytics"),
            f"{name} : seul un appareil « kind: camera » a un champ « analytics » ; retirez-le",
            f'{name}: only a "kind: camera" device has an "analytics" field; remove it',
        )
    if device.id.startswith(RESERVED_PREFIX):
        yield error(
            item.entry.place("id"),
            f"{name} : « {RESERVED_PREFIX} » est réservé aux SOS de l'application ; choisissez un autre id",
            f'{name}: "{RESERVED_PREFIX}" is reserved for app SOS; choose another id',
        )


def _labels(item: Item[Device]) -> Iterator[Finding]:
    if item.model.analytics is None:
        return
    for label, rule in item.model.analytics.labels.items():
        if is_urgent(rule.nature):
            yield error(
                item.entry.place("analytics", "labels", label, "nature"),
                f"devices/{item.model.id} : « {rule.nature} » est urgente et passerait outre le contrôle légal"
                " ; donnez à cette étiquette une nature qui propose (par exemple dangerous_scene)",
                f'devices/{item.model.id}: "{rule.nature}" is urgent and would pass by the legal gate;'
                " give this label a nature that proposes (for example dangerous_scene)",
            )
