"""Units and partner agencies: call signs, kinds, and a way to tell each agency."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from schemas.pack.checks.places import communes
from schemas.pack.checks.references import refers
from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, Place, error, warning
from schemas.pack.geometry import contains
from schemas.pack.responders import Agency, Unit
from schemas.vocabulary.dispatching import ResponderKind


def check_responders(draft: Draft) -> Iterator[Finding]:
    """Findings on units and agencies."""
    call_signs: dict[str, Place] = {}
    trackers: dict[str, Place] = {}
    for unit in draft.units:
        yield from _unit(draft, unit)
        yield from _call_sign(unit, call_signs)
        yield from _trackers(unit, trackers)
    for agency in draft.agencies:
        yield from _agency(agency)


def _unit(draft: Draft, item: Item[Unit]) -> Iterator[Finding]:
    unit = item.model
    if draft.centre.valid:
        yield from refers(item.entry, ("commune",), unit.commune, communes(draft))
    yield from refers(item.entry, ("sector",), unit.sector, draft.sectors.written)
    sector = draft.sectors.by_key.get(unit.sector)
    if sector is not None and not contains(sector.polygon, (unit.position.lat, unit.position.lon)):
        yield warning(  # a unit may start from a post beside its sector, so this is only said
            item.entry.place("position"),
            f"units/{unit.id} : position de départ hors du secteur « {sector.id} » ; vérifiez",
            f'units/{unit.id}: starts outside sector "{sector.id}"; check it',
        )
    if unit.kind.is_partner:
        yield error(
            item.entry.place("kind"),
            f"units/{unit.id} : « {unit.kind} » est un partenaire ; décrivez-le dans agencies",
            f'units/{unit.id}: "{unit.kind}" is a partner; describe it in agencies',
        )


def _call_sign(item: Item[Unit], seen: dict[str, Place]) -> Iterator[Finding]:
    place = item.entry.place("call_sign")
    first = seen.setdefault(item.model.call_sign.casefold(), place)
    if first is not place:
        yield error(
            place,
            f"units/{item.model.id} : l'indicatif « {item.model.call_sign} » est déjà pris ({first})"
            " ; donnez-en un autre",
            f'units/{item.model.id}: call sign "{item.model.call_sign}" is already taken ({first}); give another',
        )


def _trackers(item: Item[Unit], seen: dict[str, Place]) -> Iterator[Finding]:
    """A tracker leads to one unit; twice with one unit is a slip as well."""
    for index, tracker in enumerate(item.model.trackers):
        place = item.entry.place("trackers", index)
        first = seen.setdefault(tracker, place)
        if first is not place:
            yield error(
                place,
                f"units/{item.model.id} : le traceur « {tracker} » est déjà attribué ({first}) ; donnez-en un autre",
                f'units/{item.model.id}: tracker "{tracker}" is already given ({first}); give another',
            )


def _agency(item: Item[Agency]) -> Iterator[Finding]:
    agency, name = item.model, f"agencies/{item.model.id}"
    if agency.kind is ResponderKind.PATROL:
        yield error(
            item.entry.place("kind"),
            f"{name} : une patrouille est une unité ; décrivez-la dans units",
            f"{name}: a patrol is a unit; describe it in units",
        )
    if agency.webhook_url is None and agency.apprise_ref is None:
        yield error(
            item.entry.place(),
            f"{name} : aucun moyen de la prévenir ; donnez webhook_url ou apprise_ref",
            f"{name}: no way to tell it; give webhook_url or apprise_ref",
        )
    if agency.webhook_url is not None:
        yield from _webhook(item, agency.webhook_url)


def _webhook(item: Item[Agency], url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        yield error(
            item.entry.place("webhook_url"),
            f"agencies/{item.model.id} : adresse refusée ; écrivez https://hôte/chemin, sans identifiant",
            f"agencies/{item.model.id}: refused address; write https://host/path, without credentials",
        )
    if item.model.secret_ref is None:
        yield error(
            item.entry.place("webhook_url"),
            f"agencies/{item.model.id} : un envoi doit être signé ; donnez secret_ref",
            f"agencies/{item.model.id}: a delivery must be signed; give secret_ref",
        )
