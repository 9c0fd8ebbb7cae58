"""Builds the documentation site (`make docs`) and holds its links against what was built. Texts are in docs/."""
