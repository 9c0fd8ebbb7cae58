"""A city pack from its files: `load_pack(folder, overlays)`.

A folder holds *.yaml files; each begins with the names of the parts it holds (`sectors:`, `devices:` …), so a part
may be spread over files. An overlay is a folder of the same shape that changes or adds entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from schemas.pack.checks import check
from schemas.pack.draft import Draft, draft
from schemas.pack.entries import Entries, read_entries
from schemas.pack.findings import Finding, PackInvalid, Place, error, in_order
from schemas.pack.pack import CityPack, PackPart


@dataclass(frozen=True)
class LoadedPack:
    """A valid pack with what was only worth a warning."""

    pack: CityPack
    warnings: tuple[Finding, ...]
    files: int


def load_pack(folder: Path, overlays: Sequence[Path] = ()) -> CityPack:
    """The pack in `folder` under its overlays. Raises PackInvalid with every error at once."""
    return load_with_warnings(folder, overlays, datetime.now(UTC)).pack


def load_with_warnings(folder: Path, overlays: Sequence[Path], now: datetime) -> LoadedPack:
    """The same with warnings; `now` decides which legal bases are over. Raises PackInvalid."""
    findings: list[Finding] = []
    entries = read_entries(folder, findings)
    files = entries.files
    for overlay in overlays:
        over = read_entries(overlay, findings)
        files += over.files
        entries.overlay(over)
    checked = draft(entries, findings)
    if entries.files:
        findings += [*_missing(entries), *check(checked, now)]
    if any(finding.is_error for finding in findings):
        raise PackInvalid(findings)
    return LoadedPack(_pack(checked), tuple(in_order(findings)), files)


def _missing(entries: Entries) -> list[Finding]:
    """Parts that no centre can do without."""
    place = Place(entries.folder, 1)
    return [
        error(place, f"partie « {part} » absente ; ajoutez-la", f'part "{part}" is missing; add it')
        for part in (PackPart.CENTRE, PackPart.SECTORS, PackPart.UNITS, PackPart.RUN_CARDS)
        if not entries.parts[part]
    ]


def _pack(checked: Draft) -> CityPack:
    return CityPack(
        centre=checked.centre.valid[0].model,
        sectors=tuple(item.model for item in checked.sectors),
        sites=tuple(item.model for item in checked.sites),
        devices=tuple(item.model for item in checked.devices),
        units=tuple(item.model for item in checked.units),
        run_cards=tuple(item.model for item in checked.run_cards),
        agencies=tuple(item.model for item in checked.agencies),
        legal_bases=tuple(item.model for item in checked.legal_bases),
        streets=tuple(item.model for item in checked.streets),
    )
