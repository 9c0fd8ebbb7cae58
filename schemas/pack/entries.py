"""The entries of a pack folder, before they are models: each with its part, its values and the place of each value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schemas.pack.findings import Finding, Place, error
from schemas.pack.pack import PackPart
from schemas.pack.yaml_source import ValuePath, YamlSource, read_yaml

OVERLAYS = "overlays"
"""Folder inside a pack whose content is used only when an overlay is named."""

_KEY_FIELD = {PackPart.LEGAL_BASES: "use_case"}


@dataclass(frozen=True)
class Entry:
    """One entry of a part. `places` are relative to the entry: `("panel", "account")`; `()` is the entry itself."""

    part: PackPart
    values: dict[str, Any]
    places: dict[ValuePath, Place]

    @property
    def key(self) -> str | None:
        """What identifies it within its part: its id, for a legal basis its use case; None if it has none."""
        key = self.values.get(_KEY_FIELD.get(self.part, "id"))
        return None if key is None else str(key)

    def place(self, *path: str | int) -> Place:
        """Where this value stands, or the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path]

    def overlaid(self, other: "Entry") -> "Entry":
        """This entry with the fields that `other` names taken from it."""
        kept = {path: place for path, place in self.places.items() if not path or path[0] not in other.values}
        return replace(
            self,
            values=self.values | other.values,
            places=kept | {path: place for path, place in other.places.items() if path},
        )


class Entries:
    """The entries of all parts, in the order of reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: dict[PackPart, list[Entry]] = {part: [] for part in PackPart}
        self.files = 0

    def __iter__(self) -> Iterator[Entry]:
        for entries in self.parts.values():
            yield from entries

    def overlay(self, over: "Entries") -> None:
        """Change what `over` names and add what is new; new run cards are tried before the old ones.

        Of a use case named by the overlay, only the overlay's legal bases remain.
        """
        for part, added in over.parts.items():
            if part is PackPart.LEGAL_BASES:
                named = {entry.key for entry in added}
                self.parts[part] = [entry for entry in self.parts[part] if entry.key not in named] + added
            else:
                self._overlay_part(part, added)

    def _overlay_part(self, part: PackPart, added: list[Entry]) -> None:
        held = self.parts[part]
        known = {_identity(entry): index for index, entry in enumerate(held)}
        new: list[Entry] = []
        for entry in added:
            index = known.get(_identity(entry))
            if index is None:
                new.append(entry)
            else:
                held[index] = held[index].overlaid(entry)
        self.parts[part] = new + held if part is PackPart.RUN_CARDS else held + new


def _identity(entry: Entry) -> str | None:
    return "centre" if entry.part is PackPart.CENTRE else entry.key


def read_entries(folder: Path, findings: list[Finding]) -> Entries:
    """All entries of a folder's *.yaml files, in the order of their names; what is wrong is added to `findings`."""
    entries = Entries(folder)
    for file in pack_files(folder):
        source = read_yaml(file)
        findings.extend(source.findings)
        entries.files += 1
        for entry in _entries_of(source, findings):
            entries.parts[entry.part].append(entry)
    if not entries.files:
        findings.append(
            error(
                Place(folder, 1),
                "aucun fichier .yaml ici ; donnez le dossier d'un pack, par exemple deploy/cities/metz",
                "no .yaml file here; name a pack's folder, for example deploy/cities/metz",
            )
        )
    return entries


def pack_files(folder: Path) -> list[Path]:
    """The pack's files, also in sub-folders, without its overlays."""
    files = (file for pattern in ("*.yaml", "*.yml") for file in folder.rglob(pattern))
    return sorted(file for file in files if OVERLAYS not in file.relative_to(folder).parts)


def _entries_of(source: YamlSource, findings: list[Finding]) -> Iterable[Entry]:
    if source.value is None:
        return
    if not isinstance(source.value, dict):
        parts = ", ".join(PackPart)
        findings.append(
            error(
                source.place(()),
                f"le fichier doit commencer par le nom d'une partie ({parts})",
                f"the file must begin with the name of a part ({parts})",
            )
        )
        return
    for name, content in source.value.items():
        if name not in set(PackPart):
            findings.append(_unknown_part(name, source))
        elif name == PackPart.CENTRE:
            yield from _mappings(PackPart.CENTRE, [((name,), content)], source, findings)
        elif isinstance(content, list):
            listed = [((name, index), item) for index, item in enumerate(content)]
            yield from _mappings(PackPart(name), listed, source, findings)
        elif content is not None:
            findings.append(
                error(
                    source.place((name,)),
                    f"« {name} » doit être une liste ; commencez chaque élément par un tiret",
                    f'"{name}" must be a list; begin each entry with a dash',
                )
            )


def _unknown_part(name: str, source: YamlSource) -> Finding:
    parts = ", ".join(PackPart)
    return error(
        source.place((name,)),
        f"partie inconnue « {name} » ; les parties sont {parts}",
        f'unknown part "{name}"; the parts are {parts}',
    )


def _mappings(
    part: PackPart, items: Iterable[tuple[ValuePath, Any]], source: YamlSource, findings: list[Finding]
) -> Iterable[Entry]:
    places = _places_by_entry(source)
    for path, values in items:
        if isinstance(values, dict):
            yield Entry(part, values, places[path])
            continue
        findings.append(
            error(
                source.place(path),
                f"un élément de « {part} » doit être fait de champs « nom: valeur »",
                f'an entry of "{part}" must be made of "name: value" fields',
            )
        )


def _places_by_entry(source: YamlSource) -> dict[ValuePath, dict[ValuePath, Place]]:
    """The places within each entry, relative to it; in one pass, since a large city has thousands of entries."""
    groups: dict[ValuePath, dict[ValuePath, Place]] = {}
    for path, place in source.places.items():
        depth = 1 if path[:1] == (PackPart.CENTRE,) else 2
        if len(path) >= depth:
            groups.setdefault(path[:depth], {})[path[depth:]] = place
    return groups
