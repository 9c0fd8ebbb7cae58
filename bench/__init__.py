"""Measured against peers and against the known optimum; each folder answers one question and prints its table."""
