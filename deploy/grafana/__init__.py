"""Grafana's boards: the room, and the services."""
