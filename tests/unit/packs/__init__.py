"""Tests of the city-pack loader: every refusal names its file and line."""
