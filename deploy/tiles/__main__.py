"""The command: `python -m deploy.tiles [--extract FILE --centre CODE]`. Every foreseen failure is one sentence."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.local.layout import REPOSITORY
from deploy.local.sentences import Reason, Sentence, StackError
from deploy.local.settings import LocalSettings
from deploy.tiles.building import Box, build
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack

AROUND = 0.05
"""Degrees beyond the sectors: units come from outside."""


@dataclass(frozen=True)
class Wanted:
    """What to build from what."""

    extract: Path
    centre: str
    box: Box | None = None


def wanted(settings: LocalSettings, extract: Path | None, centre: str | None) -> Wanted | None:
    """As told, else as the city's pack says; None where it names no extract. Raises StackError without the file."""
    if extract is not None and centre is not None:
        found = Wanted(extract, centre)
    else:
        overlays = [settings.overlay] if settings.overlay else []
        pack = load_pack(REPOSITORY / "deploy" / "cities" / settings.city, overlays)
        named = pack.centre.street_extract
        if named is None:
            return None
        folder = settings.extracts_dir or settings.layout.extracts
        found = Wanted(folder / named.file, pack.centre.code, box_of(pack))
    if not found.extract.is_file():
        french = f"{found.extract} n'est pas là : déposez-y la carte, puis relancez « make tiles »"
        raise StackError(Sentence(Reason.WRONG_SETTING, french, "put the extract there, then run `make tiles` again."))
    return found


def box_of(pack: CityPack) -> Box | None:
    """The sectors and what is around them; None without sectors."""
    corners = [corner for sector in pack.sectors for corner in sector.polygon]
    if not corners:
        return None
    lats, lons = zip(*corners, strict=True)
    return (min(lons) - AROUND, min(lats) - AROUND, max(lons) + AROUND, max(lats) + AROUND)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.tiles")
    parser.add_argument("--extract", type=Path, help=".osm.pbf; else the one that the city's pack names")
    parser.add_argument("--centre", help="its INSEE code, together with --extract")
    given = parser.parse_args()
    if (given.extract is None) != (given.centre is None):
        parser.error("--extract et --centre vont ensemble / go together")
    settings = LocalSettings()
    try:
        work = wanted(settings, given.extract, given.centre)
        if work is None:
            print(
                "tiles            | ce pack ne nomme pas de carte : ses propres rues sont dessinées (street_extract) /"
            )
            print("tiles            | this pack names no extract: its own streets are drawn")
            return 0
        began = time.monotonic()
        target = settings.layout.tiles / f"{work.centre}.pmtiles"
        found = build(work.extract, target, work.box)
    except StackError as failure:
        print(failure.sentence, file=sys.stderr)
        return failure.sentence.exit_code
    counted = ", ".join(f"{count} {layer}" for layer, count in sorted(found.items()))
    kilobytes, seconds = target.stat().st_size // 1000, time.monotonic() - began
    print(f"tiles            | {target} : {kilobytes} Ko / kB, {seconds:.1f} s ({counted})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
