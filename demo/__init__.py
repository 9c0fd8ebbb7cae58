"""Plays a city on the running stack: devices, tablets, an operator, partners, crews; and measures what they saw.

Clients only: they know the doors table of DESIGN.md and the OpenAPI documents, and the pack's files to place the
story. Nothing of `services` is imported; of `schemas` only the loader of packs.
"""
