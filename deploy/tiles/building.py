"""Cuts the tiles: one GeoJSON file a layer, tippecanoe, and the finished file in its place at once."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from deploy.local.layout import REPOSITORY
from deploy.local.sentences import Reason, Sentence, StackError, missing_tool
from deploy.tiles.drawing import LAYERS, lines

Box = tuple[float, float, float, float]
PACKAGED = REPOSITORY / ".venv-tools" / "bin" / "tippecanoe"
LARGEST_ZOOM = 15
"""MapLibre enlarges these beyond; one zoom more would double the file and show nothing new."""
ATTRIBUTION = "© les contributeurs d’OpenStreetMap, ODbL"


def tippecanoe() -> str:
    """The machine's, else the packaged one. Raises StackError that says how to get it."""
    found = shutil.which("tippecanoe") or (str(PACKAGED) if PACKAGED.exists() else None)
    if found is None:
        command = "python3 deploy/local/bootstrap.py tiles"
        raise StackError(missing_tool("tippecanoe", f"lancez « {command} »", f"run `{command}`"))
    return found


def build(extract: Path, target: Path, box: Box | None = None) -> Counter[str]:
    """Builds `target` from `extract`, cut to `box` (west, south, east, north); how many features a layer has.

    Raises StackError. What was there before stays until the new file is whole: dispatch may be reading it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".draft-") as made:
        folder = Path(made)
        found = _write(extract, folder)
        if not found.total():
            raise StackError(_unreadable(extract, "rien à dessiner / nothing to draw"))
        draft = folder / target.name
        _cut(folder, draft, box)
        draft.replace(target)
    return found


def _write(extract: Path, folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    with ExitStack() as stack:
        files = {layer: stack.enter_context((folder / f"{layer}.geojsonl").open("w")) for layer in LAYERS}
        try:
            for layer, feature in lines(extract):
                files[layer].write(feature + "\n")
                found[layer] += 1
        except RuntimeError as error:
            raise StackError(_unreadable(extract, str(error))) from error
    return found


def _cut(folder: Path, draft: Path, box: Box | None) -> None:
    command = [tippecanoe(), "-o", str(draft), "--quiet", "-z", str(LARGEST_ZOOM), "-Z", "8", "-P"]
    command += ["--drop-densest-as-needed", "--no-tile-stats", "--attribution", ATTRIBUTION]
    command += ["--clip-bounding-box", ",".join(str(side) for side in box)] if box else []
    for layer in LAYERS:
        file = folder / f"{layer}.geojsonl"
        command += ["-L", f"{layer}:{file}"] if file.stat().st_size else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip()[-2000:]
        french, english = f"{said}\ntippecanoe a échoué : la cause est ci-dessus", "tippecanoe failed: see above."
        raise StackError(Sentence(Reason.PART_FAILED, french, english))


def _unreadable(extract: Path, why: str) -> Sentence:
    french = f"{extract} ne donne pas de carte ({why}) : remplacez ce fichier"
    return Sentence(Reason.WRONG_SETTING, french, f"{extract} makes no map: replace it.")
