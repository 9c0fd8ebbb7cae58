"""Closed vocabularies: the only words that messages, metrics, logs and the API may use for these things.

No model lives here and nothing but the standard library is imported, so that domain code may use it.
"""
