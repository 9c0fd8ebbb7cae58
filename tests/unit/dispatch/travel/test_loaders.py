"""Small files of each form, and broken ones: an error names the file and the place in it."""

from pathlib import Path

import numpy as np
import pytest

from schemas.pack.streets import Street
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.loaders.graphml import read_graphml
from services.dispatch.travel.loaders.jemss import read_jemss
from services.dispatch.travel.loaders.osm_extract import Box, read_osm_extract
from services.dispatch.travel.loaders.pack_streets import read_pack_streets

OSM = """<osm version="0.6">
  <node id="1" lat="49.00" lon="6.00"/><node id="2" lat="49.00" lon="6.01"/>
  <node id="3" lat="49.00" lon="6.02"/><node id="4" lat="49.01" lon="6.01"/>
  <node id="5" lat="49.02" lon="6.01"><tag k="barrier" v="bollard"/></node>
  <node id="6" lat="49.03" lon="6.01"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="99"/>
    <tag k="highway" v="primary"/><tag k="name" v="Grande Rue"/></way>
  <way id="11"><nd ref="2"/><nd ref="4"/><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way>
  <way id="12"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
  <way id="13"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/></way>
</osm>
"""

GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d1" for="node" attr.name="y"/><key id="d2" for="node" attr.name="x"/>
<key id="d3" for="edge" attr.name="length"/><key id="d4" for="edge" attr.name="highway"/>
<key id="d5" for="edge" attr.name="maxspeed"/><key id="d6" for="edge" attr.name="geometry"/>
<key id="d7" for="edge" attr.name="osmid"/><key id="d8" for="edge" attr.name="name"/>
<graph edgedefault="directed">
<node id="a"><data key="d1">49.0</data><data key="d2">6.0</data></node>
<node id="b"><data key="d1">49.0</data><data key="d2">6.01</data></node>
<node id="c"><data key="d1">49.01</data><data key="d2">6.0</data></node>
<edge source="a" target="b"><data key="d3">731.0</data><data key="d4">residential</data><data key="d7">[7, 8]</data>
  <data key="d5">['50', '30']</data><data key="d8">['Rue A', 'Rue B']</data></edge>
<edge source="b" target="a"><data key="d3">731.0</data><data key="d4">residential</data></edge>
<edge source="a" target="c"><data key="d3">1200</data><data key="d4">tertiary</data>
  <data key="d6">LINESTRING (6.0 49.0, 6.001 49.005, 6.0 49.01)</data></edge>
<edge source="b" target="c"><data key="d3">900</data><data key="d4">['residential', 'steps']</data></edge>
</graph></graphml>
"""

NODES = "nodes,2,,\nindex,x,y,offRoadAccess\n1.0,6.0,49.0,1.0\n2,6.01,49.0,1\n,\n"
ARCS = "miscData,1,,\narcForm,numModes,,\ndirected,2,,\n,\narcs,2,,\nindex,fromNode,toNode,mode_1,mode_2\n"
ARCS += "1.0,1.0,2.0,0.00025,0.0005\n2,2,1,0.00025,0.0005\n"


def arcs_by_street(graph: StreetGraph, street: str) -> list[int]:
    """The indices of a street's arcs."""
    return np.flatnonzero(graph.street == graph.streets.index(street)).tolist()


def test_an_extract_is_cut_at_junctions_and_barriers(tmp_path: Path) -> None:
    """Ways meet at shared nodes, a way that leaves the file ends there, and nobody drives through a bollard."""
    (tmp_path / "town.osm").write_text(OSM)
    graph = read_osm_extract(tmp_path / "town.osm")
    assert set(graph.streets) == {"way/10", "way/11", "way/12"}
    assert len(arcs_by_street(graph, "way/10")) == 4
    # 2-4, 4-bollard, bollard-6: three pieces, both ways; the bollard is two nodes.
    assert len(arcs_by_street(graph, "way/11")) == 6
    assert graph.node_count == 7
    [backwards] = arcs_by_street(graph, "way/12")
    assert graph.node_lat[graph.tail[backwards]] == pytest.approx(49.01)
    assert graph.oneway[backwards]
    assert graph.names == ("Grande Rue",)
    assert graph.speed_kmh[arcs_by_street(graph, "way/10")[0]] == 40


def test_an_extract_may_be_read_in_part(tmp_path: Path) -> None:
    """Only ways with a point in the box are read; a box elsewhere holds no street, and that is said."""
    (tmp_path / "town.osm").write_text(OSM)
    assert read_osm_extract(tmp_path / "town.osm", Box(49.015, 6.0, 49.04, 6.1)).streets == ("way/11",)
    with pytest.raises(StreetsUnreadable, match=r"town\.osm: no street"):
        read_osm_extract(tmp_path / "town.osm", Box(0, 0, 1, 1))


@pytest.mark.parametrize(("name", "content"), [("a.osm.pbf", b"no pbf"), ("b.osm", b"<osm version='0.6'><node")])
def test_a_broken_extract_names_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that is not what its name says, or is not there, is an error of ours with its name."""
    with pytest.raises(StreetsUnreadable, match=name):
        read_osm_extract(tmp_path / name)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StreetsUnreadable, match=name):
        read_osm_extract(tmp_path / name)


def test_graphml_gives_lengths_twins_and_shapes(tmp_path: Path) -> None:
    """Both directions are one street; of several limits the lowest holds; what has steps is no street."""
    (tmp_path / "town.graphml").write_text(GRAPHML)
    graph = read_graphml(tmp_path / "town.graphml")
    assert graph.arc_count == 3
    assert graph.twin.tolist() == [1, 0, -1]
    assert graph.length_m.tolist() == [731.0, 731.0, 1200.0]
    assert graph.speed_kmh.tolist() == [24.0, 24.0, 40.0]
    assert graph.names == ("Rue A / Rue B",)
    assert graph.streets[graph.street[0]] == "way/7"
    assert (graph.shape_lat.tolist(), graph.shape_lon.tolist()) == ([49.005], [6.001])
    assert graph.shape_at.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<data key="d3">1200</data>', '<data key="d3">long</data>', "edge a → c: length 'long' is not a number"),
        ('<data key="d3">1200</data>', "", "edge a → c: length None is not a number"),
        ("1200", "-1", "length -1.0 m"),
        ('<data key="d1">49.01</data>', '<data key="d1">north</data>', "node c: y 'north' is not a number"),
        ('<data key="d1">49.01</data>', '<data key="d1">149</data>', "node c: .* is not a position"),
        ("6.001 49.005,", "6.001,", "edge a → c: geometry"),
        ('target="c"', 'target="z"', "edge a → z: node z is not in the file"),
        ("</graphml>", "", "line 18, column 0: not well-formed XML"),
    ],
)
def test_a_broken_graphml_names_file_and_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Each kind of error says which file, which node or edge or line, and what is wrong."""
    assert old in GRAPHML
    (tmp_path / "town.graphml").write_text(GRAPHML.replace(old, new))
    with pytest.raises(StreetsUnreadable, match=rf"town\.graphml: .*{message}"):
        read_graphml(tmp_path / "town.graphml")


def test_jemss_times_become_speeds_for_both_profiles(tmp_path: Path) -> None:
    """A day's fraction becomes seconds again: 0.0005 days are 43.2 s without lights, half of it with."""
    (tmp_path / "nodes.csv").write_text(NODES)
    (tmp_path / "arcs.csv").write_text(ARCS)
    graph = read_jemss(tmp_path)
    assert graph.twin.tolist() == [1, 0]
    assert (graph.length_m * 3.6 / graph.speed_kmh).tolist() == pytest.approx([43.2, 43.2])
    assert (graph.length_m * 3.6 / graph.lights_kmh).tolist() == pytest.approx([21.6, 21.6])
    (tmp_path / "arcs.csv").write_text(ARCS.replace("directed", "undirected"))
    assert read_jemss(tmp_path).arc_count == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("arcs", "0.00025,0.0005\n2", "fast,0.0005\n2", r"arcs\.csv: line 7: column mode_1: 'fast' is no number"),
        ("arcs", "1.0,1.0,2.0", "1.0,1.0,9", r"arcs\.csv: line 7: node 9 is not in nodes\.csv"),
        ("arcs", "mode_2", "mode_9", r"arcs\.csv: line 7: column mode_2: None is no number"),
        ("arcs", "arcs,2", "roads,2", r"arcs\.csv: no table 'arcs'"),
        ("nodes", "2,6.01,49.0", "2,6.01,", r"nodes\.csv: line 4: column y: '' is no number"),
    ],
)
def test_a_broken_jemss_names_file_and_line(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    """Each kind of error says which of the two files, which line and what is wrong."""
    for name, text in (("nodes", NODES), ("arcs", ARCS)):
        assert name != file or old in text
        (tmp_path / f"{name}.csv").write_text(text.replace(old, new) if name == file else text)
    with pytest.raises(StreetsUnreadable, match=message):
        read_jemss(tmp_path)


def test_jemss_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A missing archive, or one that is none, is an error of ours with its name."""
    with pytest.raises(StreetsUnreadable, match=r"roads\.zip"):
        read_jemss(tmp_path / "roads.zip")
    (tmp_path / "roads.zip").write_text("no archive")
    with pytest.raises(StreetsUnreadable, match=r"roads\.zip: nodes\.csv"):
        read_jemss(tmp_path / "roads.zip")


def test_a_packs_streets_meet_where_they_share_a_point() -> None:
    """Points equal to eleven centimetres are one; a closure finds the street by the pack's id."""
    first = Street(id="a", name="Rue A", points=((49.0, 6.0), (49.001, 6.0), (49.002, 6.0)), speed_kmh=30)
    second = Street(id="b", name="Rue B", points=((49.0010000004, 6.0), (49.001, 6.001)), speed_kmh=20, oneway=True)
    graph = read_pack_streets([first, second])
    assert (graph.node_count, graph.arc_count, graph.streets) == (4, 5, ("a", "b"))
    with pytest.raises(StreetsUnreadable, match="metz: street c: fewer than two points"):
        read_pack_streets([Street(id="c", name="C", points=((49.0, 6.0),))], "metz")
    with pytest.raises(StreetsUnreadable, match="street d: speed 0"):
        read_pack_streets([Street(id="d", name="D", points=((49.0, 6.0), (49.1, 6.0)), speed_kmh=0)])


def test_equal_networks_have_equal_digests() -> None:
    """The digest is the content's: the same streets twice have one, another speed has another but the same topology."""
    points = ((49.0, 6.0), (49.001, 6.0))
    one, same, faster = (
        read_pack_streets([Street(id="a", name="A", points=points, speed_kmh=kmh)]) for kmh in (30, 30, 50)
    )
    assert one.digest == same.digest != faster.digest
    assert one.topology_digest == faster.topology_digest
    with pytest.raises(ValueError, match="read-only"):
        one.speed_kmh[0] = 1
