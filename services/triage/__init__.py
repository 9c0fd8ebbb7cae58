"""Triage: what becomes of each signal, and which alarms belong together. Two processes, scaled by partitions.

`screening` gives every signal exactly one outcome; `correlation` joins alarms into situations. Neither opens an
incident, engages anyone or talks to a device: dispatch decides, ingest receives.
"""
