"""Hypothesis without its time limit: on a busy machine it measures the machine."""

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
