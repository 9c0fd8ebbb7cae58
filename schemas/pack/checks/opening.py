"""Opening hours and nights: they end after they begin, and a card that asks for hours finds some."""

from collections.abc import Iterator

from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, error, warning
from schemas.pack.places import Centre, Site
from schemas.pack.responders import RunCard


def check_opening(draft: Draft) -> Iterator[Finding]:
    """Findings on opening hours, closings and nights."""
    for centre in draft.centre:
        yield from _night(centre)
    for site in draft.sites:
        yield from _hours(site)
        yield from _closings(site)
    for card in draft.run_cards:
        yield from _asked(draft, card)


def _night(item: Item[Centre]) -> Iterator[Finding]:
    night = item.model.night
    if night.begins == night.ends:
        yield error(
            item.entry.place("night"),
            f"la nuit commence et finit à {night.begins} ; donnez deux heures différentes",
            f"the night begins and ends at {night.begins}; give two different times",
        )


def _hours(item: Item[Site]) -> Iterator[Finding]:
    for index, hours in enumerate(item.model.opening_hours):
        if hours.closes <= hours.opens:
            yield error(
                item.entry.place("opening_hours", index, "closes"),
                f"sites/{item.model.id} : ferme à {hours.closes}, pas après l'ouverture ({hours.opens}) ;"
                " coupez à minuit ce qui dure la nuit",
                f"sites/{item.model.id}: closes at {hours.closes}, not after it opens ({hours.opens});"
                " cut at midnight what goes over it",
            )


def _closings(item: Item[Site]) -> Iterator[Finding]:
    for index, closing in enumerate(item.model.closed):
        if closing.last < closing.first:
            yield error(
                item.entry.place("closed", index, "last"),
                f"sites/{item.model.id} : fermeture finie le {closing.last}, avant son début ; corrigez",
                f"sites/{item.model.id}: closing ends on {closing.last}, before it begins; correct one of the dates",
            )
    if item.model.closed and not item.model.opening_hours:
        yield warning(
            item.entry.place("closed"),
            f"sites/{item.model.id} : fermetures sans horaires ; ajoutez opening_hours, sinon elles ne comptent pas",
            f"sites/{item.model.id}: closings without hours; add opening_hours, else they do not count",
        )


def _asked(draft: Draft, item: Item[RunCard]) -> Iterator[Finding]:
    card = item.model
    if card.site_open is None or not draft.sites.valid:
        return
    fitting = [site.model for site in draft.sites if not card.site_kinds or site.model.kind in card.site_kinds]
    if not any(site.opening_hours for site in fitting):
        kinds = ", ".join(card.site_kinds) or "…"
        yield warning(
            item.entry.place("site_open"),
            f"run_cards/{card.id} : demande site_open, mais aucun site ({kinds}) n'a d'opening_hours ; ajoutez-en",
            f"run_cards/{card.id}: asks for site_open, but no site ({kinds}) has opening_hours; add some",
        )
