"""Tests by folder: unit, contract (schemas), flow (real Kafka and PostgreSQL), faults, browser; stack starts parts."""
