"""Measurements: each folder is a command that prints tables and writes bench/results/<folder>.json."""
