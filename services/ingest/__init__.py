"""Ingest: every device's door. Understands a message, gives it its identity, makes it durable, then answers.

It decides nothing about incidents: screening, correlation and dispatch read what it wrote.
"""
