"""The demo's accounts: the room's are listed here, those of crews and partners follow from the pack in force.

They share one PIN, which is a setting, and exist only where `VIGIE_ACCOUNTS` is not `oidc`.
"""

from collections.abc import Iterable, Iterator

from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.domain.access import Person, Role
from services.dispatch.packs import Book

ROOM = (
    Person("operateur-1", "Opérateur 1", Role.OPERATOR),
    Person("operateur-2", "Opérateur 2", Role.OPERATOR),
    Person("chef-de-salle", "Chef de salle", Role.SHIFT_LEAD),
    Person("auditeur", "Auditeur", Role.AUDITOR),
)
SERVICE = Person("service", "Service", Role.SERVICE)
CREWS = {ResponderKind.PATROL: Role.PATROL, ResponderKind.MAINTENANCE: Role.CREW}


def accounts(books: Iterable[Book]) -> list[Person]:
    """Everybody who may sign in, the room first."""
    return [*ROOM, *(person for book in books for person in _of_pack(book))]


def _of_pack(book: Book) -> Iterator[Person]:
    for unit in book.pack.units:
        if unit.kind in CREWS:
            yield Person(unit.id, unit.call_sign, CREWS[unit.kind], unit=unit.id)
    for agency in book.pack.agencies:
        yield Person(agency.id, agency.name, Role.PARTNER, agency=agency.id)
