"""Dispatch's pure decisions: (state, event, clock) to a decision with its reason."""
