"""References to secrets: a pack says where a secret is, never what it is."""

import re
from collections.abc import Iterator

from schemas.pack.devices import Device
from schemas.pack.draft import Draft, Item
from schemas.pack.entries import Entry
from schemas.pack.findings import Finding, error
from schemas.vocabulary.signals import DeviceAuth

REFERENCE = re.compile(r"env:[A-Z][A-Z0-9_]*|file:[A-Za-z0-9][A-Za-z0-9._-]*")
"""`env:NAME` or `file:name`, a file in $VIGIE_SECRETS_DIR; no path, so that a pack cannot point outside it."""


def check_secrets(draft: Draft) -> Iterator[Finding]:
    """Every `*_ref` has the form of a reference; the refused value is not repeated, since it may be the secret."""
    for device in draft.devices:
        if device.model.panel is not None:
            yield from _reference(device.entry, ("panel", "key_ref"), device.model.panel.key_ref)
        yield from _reference(device.entry, ("auth_key_ref",), device.model.auth_key_ref)
        yield from _signs(device)
    for agency in draft.agencies:
        yield from _reference(agency.entry, ("secret_ref",), agency.model.secret_ref)
        yield from _reference(agency.entry, ("apprise_ref",), agency.model.apprise_ref)


def _signs(item: Item[Device]) -> Iterator[Finding]:
    """A device that signs has a key, and no other has one: else it would be let in or kept out by mistake."""
    if (item.model.auth is DeviceAuth.HMAC) == (item.model.auth_key_ref is not None):
        return
    name = f"devices/{item.model.id}"
    yield error(
        item.entry.place("auth" if item.model.auth_key_ref is None else "auth_key_ref"),
        f"{name} : « auth: hmac » et « auth_key_ref » vont ensemble ; ajoutez ou retirez l'un des deux",
        f'{name}: "auth: hmac" and "auth_key_ref" go together; add or remove one of them',
    )


def _reference(entry: Entry, path: tuple[str, ...], value: str | None) -> Iterator[Finding]:
    if value is None or REFERENCE.fullmatch(value):
        return
    name = f"{entry.part}/{entry.key}, {path[-1]}"
    yield error(
        entry.place(*path),
        f"{name} : un secret n'est jamais écrit dans un pack ; écrivez env:NOM ou file:nom",
        f"{name}: a secret never stands in a pack; write env:NAME or file:name",
    )
