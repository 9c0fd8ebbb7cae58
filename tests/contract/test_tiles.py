"""A base map from a real extract: really cut, a valid PMTiles archive, with the layers that the style draws."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.local.sentences import StackError
from deploy.tiles.building import PACKAGED, build
from deploy.tiles.drawing import BUILDINGS, GREEN, LAYERS, WATER, area, feature, road
from tests.contract.travel_networks import helsinki

HERE = (24.93, 60.16, 24.96, 60.18)


@pytest.fixture(scope="session")
def tippecanoe() -> Path:
    """The tool's folder; skipped where `make tiles` was never run."""
    found = shutil.which("tippecanoe") or (str(PACKAGED) if PACKAGED.exists() else None)
    if found is None:
        pytest.skip("tippecanoe is not here: python3 deploy/local/bootstrap.py tiles")
    return Path(found).parent


def test_a_map_is_built_from_an_extract(tippecanoe: Path, tmp_path: Path) -> None:
    """Roads, water, green and buildings are in it, within the box, under the name of the centre."""
    target = tmp_path / "tiles" / "57463.pmtiles"
    found = build(helsinki(), target, HERE)
    assert all(found[layer] for layer in LAYERS)
    assert target.read_bytes()[:8] == b"PMTiles\x03"
    told = subprocess.run([tippecanoe / "tippecanoe-decode", "-S", target], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert not [left for left in target.parent.iterdir() if left != target]


def test_an_extract_that_is_none_leaves_the_old_map(tippecanoe: Path, tmp_path: Path) -> None:
    """One sentence, and what was served before is still there."""
    target, broken = tmp_path / "57463.pmtiles", tmp_path / "broken.osm.pbf"
    target.write_bytes(b"the old one")
    broken.write_bytes(b"not an extract")
    with pytest.raises(StackError, match=r"broken\.osm\.pbf"):
        build(broken, target)
    assert target.read_bytes() == b"the old one"


@pytest.mark.parametrize(
    ("tags", "drawn"),
    [
        ({"highway": "primary_link", "name": "Quai"}, {"class": "primary", "name": "Quai"}),
        ({"highway": "footway"}, {"class": "walk", "name": ""}),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"highway": "construction"}, None),
        ({"railway": "rail"}, None),
    ],
)
def test_roads_have_the_classes_of_the_travel_times(tags: dict[str, str], drawn: dict[str, str] | None) -> None:
    """The same table as the loader's, and walks beside it."""
    assert road(tags) == drawn


@pytest.mark.parametrize(
    ("tags", "layer"),
    [
        ({"building": "yes"}, BUILDINGS),
        ({"building": "no", "leisure": "park"}, GREEN),
        ({"natural": "water"}, WATER),
        ({"landuse": "residential"}, None),
    ],
)
def test_areas_have_a_layer_or_none(tags: dict[str, str], layer: str | None) -> None:
    """What is not drawn is left out, so that the file stays small."""
    assert area(tags) == layer


def test_features_are_json() -> None:
    """Every line that tippecanoe reads is one, also with quotes and accents in a name."""
    line = json.loads(feature('{"type":"Point","coordinates":[1,2]}', {"name": 'Rue de l’"Été"'}, 9))
    assert line["properties"]["name"] == 'Rue de l’"Été"'
    assert line["geometry"]["coordinates"] == [1, 2]
    assert line["tippecanoe"] == {"minzoom": 9}
