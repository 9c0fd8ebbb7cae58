"""What the commands print about a pack, French first with English beside."""

from collections import Counter

from cli.pack.delivery import Delivered
from schemas.pack.files import LoadedPack
from schemas.pack.findings import PackInvalid
from schemas.pack.pack import CityPack


def summary(loaded: LoadedPack) -> str:
    """Name, version, counts and warnings of a valid pack."""
    pack, centre = loaded.pack, loaded.pack.centre
    lines = [
        f"{centre.name} ({centre.code}), version {pack.version}, {loaded.files} fichiers / files",
        *([_exercise()] if centre.exercise else []),
        *(f"  {fr} / {en} : {count}" for fr, en, count in _counts(pack)),
        f"  analyses autorisées / analytics allowed : {_allowed(pack)}",
        *(str(finding) for finding in loaded.warnings),
    ]
    return "\n".join(lines)


def errors_found(invalid: PackInvalid) -> str:
    """Every finding, then how many keep the pack from being used."""
    count = len(invalid.errors)
    plural = "s" if count > 1 else ""
    lines = [str(finding) for finding in invalid.findings]
    return "\n".join([*lines, f"{count} erreur{plural} : pack refusé. / {count} error{plural}: pack refused."])


def applied(pack: CityPack, delivered: Delivered) -> str:
    """One line that says whether anything changed."""
    centre = f"{pack.centre.name} ({pack.centre.code})"
    if delivered.changed:
        return f"{centre} : version {delivered.version} appliquée. / version {delivered.version} applied."
    return f"{centre} : version {delivered.version} déjà en vigueur. / version {delivered.version} already in force."


def _exercise() -> str:
    return "  EXERCICE : bandeau sur tous les écrans / exercise banner on every screen"


def _counts(pack: CityPack) -> list[tuple[str, str, str]]:
    kinds = Counter(device.kind.value for device in pack.devices)
    units = Counter(unit.kind.value for unit in pack.units)
    return [
        ("communes", "communes", str(len(pack.centre.communes))),
        ("secteurs", "sectors", str(len(pack.sectors))),
        ("sites", "sites", str(len(pack.sites))),
        ("appareils", "devices", _with_kinds(kinds)),
        ("équipages", "units", _with_kinds(units)),
        ("consignes", "run cards", str(len(pack.run_cards))),
        ("partenaires", "agencies", str(len(pack.agencies))),
        ("rues", "streets", f"{len(pack.streets)}{' (schéma / schematic)' if pack.centre.synthetic_streets else ''}"),
    ]


def _with_kinds(kinds: Counter[str]) -> str:
    listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    return f"{kinds.total()} ({listed})" if listed else "0"


def _allowed(pack: CityPack) -> str:
    return ", ".join(f"{basis.use_case} [{basis.basis}]" for basis in pack.legal_bases) or "aucune / none"
