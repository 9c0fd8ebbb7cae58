"""Ingest while the parts that it needs are away."""
