"""What every process needs: settings, Kafka clients, database, telemetry, metrics, health, clock, lifecycle.

Knows no incident, signal or unit: imports neither a service nor a message model. `fields` has their names alone.
"""
