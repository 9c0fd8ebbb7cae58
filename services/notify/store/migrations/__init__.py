"""Alembic revisions of schema `notify`."""
