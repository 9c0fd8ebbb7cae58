"""Dispatch's watch over the whole system: by lease one process compares, probes, and raises the system's own alarms."""
