"""Dispatch: incidents, tasks, units and assignments; the only service that decides who is sent.

PostgreSQL is the truth. Alarms and situations come from Kafka, reports and orders over HTTP; every decision is
recorded with its reason and inputs, and leaves through the outbox and the event stream.
"""
