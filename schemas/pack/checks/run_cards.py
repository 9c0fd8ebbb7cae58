"""Run cards: every nature is covered, urgent ones never wait, and whoever is asked to come, at any level, exists."""

from collections.abc import Iterator

from schemas.pack.checks.references import refers
from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, Place, error, warning
from schemas.pack.responders import Responder, RunCard
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import NATURES, Nature, is_urgent

Path = tuple[str | int, ...]


def check_run_cards(draft: Draft) -> Iterator[Finding]:
    """Findings on run cards."""
    for item in draft.run_cards:
        yield from _urgent(item)
        for index, responder in enumerate(item.model.responders):
            yield from _responder(draft, item, ("responders", index), responder)
        yield from _escalation(draft, item)
    yield from _cover(draft)


def _always_applies(card: RunCard) -> bool:
    moments = (card.site_open, card.night, card.protected)
    return not card.site_kinds and card.min_sources == 1 and all(asked is None for asked in moments)


def _urgent(item: Item[RunCard]) -> Iterator[Finding]:
    urgent = [nature for nature in item.model.natures if is_urgent(nature)]
    if not urgent:
        return
    names = ", ".join(urgent)
    if item.model.verify_first or item.model.engagement is not Engagement.AUTOMATIC:
        yield error(
            item.entry.place("verify_first" if item.model.verify_first else "engagement"),
            f"run_cards/{item.model.id} : {names} n'attend personne ; écrivez engagement: automatic, sans verify_first",
            f"run_cards/{item.model.id}: {names} waits for nobody; write engagement: automatic, no verify_first",
        )


def _cover(draft: Draft) -> Iterator[Finding]:
    covered = {nature for item in draft.run_cards if _always_applies(item.model) for nature in item.model.natures}
    place = draft.run_cards.valid[-1].entry.place() if draft.run_cards.valid else draft.place
    for nature in Nature:
        if nature not in covered:
            yield error(
                place,
                f"« {nature} » ({NATURES[nature].fr}) n'a aucune consigne sans condition ; ajoutez-en une",
                f'"{nature}" ({NATURES[nature].en}) has no run card without a condition; add one',
            )


def _escalation(draft: Draft, item: Item[RunCard]) -> Iterator[Finding]:
    before = 0
    for number, level in enumerate(item.model.escalation):
        path = ("escalation", number)
        for index, responder in enumerate(level.responders):
            yield from _responder(draft, item, (*path, "responders", index), responder)
        if level.after_s is not None and level.after_s <= before:
            yield error(
                item.entry.place(*path, "after_s"),
                f"run_cards/{item.model.id} : niveau dû à {level.after_s} s, pas après le précédent ({before} s)"
                " ; comptez depuis l'ouverture",
                f"run_cards/{item.model.id}: level due at {level.after_s} s, not after the one before ({before} s);"
                " count from opening",
            )
        before = max(before, level.after_s or 0)


def _responder(draft: Draft, item: Item[RunCard], path: Path, responder: Responder) -> Iterator[Finding]:
    yield from refers(item.entry, (*path, "agency"), responder.agency, draft.agencies.written)
    agency = draft.agencies.by_key.get(responder.agency or "")
    if agency is not None and agency.kind is not responder.kind:
        card = f"run_cards/{item.model.id}"
        yield error(
            item.entry.place(*path, "agency"),
            f"{card} : « {agency.id} » est {agency.kind}, pas {responder.kind} ; corrigez l'un des deux",
            f'{card}: "{agency.id}" is {agency.kind}, not {responder.kind}; correct one of them',
        )
    if not responder.kind.is_partner:
        yield from _units(draft, item, item.entry.place(*path), responder)
    elif responder.agency is None:
        yield error(
            item.entry.place(*path),
            f"run_cards/{item.model.id} : {responder.kind} est un partenaire ; nommez son agency",
            f"run_cards/{item.model.id}: {responder.kind} is a partner; name its agency",
        )


def _units(draft: Draft, item: Item[RunCard], place: Place, responder: Responder) -> Iterator[Finding]:
    if responder.kind is ResponderKind.MAINTENANCE and responder.agency is not None:
        return  # a contractor may do it without a crew of our own
    able = [
        unit
        for unit in draft.units
        if unit.model.kind is responder.kind and responder.capabilities <= unit.model.capabilities
    ]
    wanted = f"{responder.kind} {sorted(responder.capabilities)}" if responder.capabilities else responder.kind
    if not able:
        yield error(
            place,
            f"run_cards/{item.model.id} : aucune unité {wanted} ; ajoutez-la à une unité ou changez la consigne",
            f"run_cards/{item.model.id}: no unit {wanted}; add it to a unit or change the card",
        )
    elif len(able) < responder.count:
        yield warning(
            place,
            f"run_cards/{item.model.id} : {responder.count} {wanted} demandées, {len(able)} existent",
            f"run_cards/{item.model.id}: {responder.count} {wanted} asked for, {len(able)} exist",
        )
