"""Starts real parts for tests, once a session, on free ports, and stops them at the end. See fixtures.py."""
