"""Writes what others read instead of our models: JSON Schema per message, and the AsyncAPI document.

`python -m schemas.generate` writes them, `--check` says what would change. Generated files are committed and never
edited by hand; a test fails when they differ from the models.
"""
