"""The city pack: everything a centre is, as data. Loaded from files by `vigie pack`, carried on topic `packs`.

Real secrets never stand in a pack: `*_ref` fields name where to find them (`env:NAME` or `file:NAME`).
"""
