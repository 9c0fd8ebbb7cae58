"""Dispatch on real PostgreSQL and Kafka: one file for each promise or rule."""
