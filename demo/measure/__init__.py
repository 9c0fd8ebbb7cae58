"""Figures from the ledger: latency, losses, double assignments. Pure: no I/O, no clock."""
