"""Policies that the simulator compares: the plain baseline, and the production recommendation."""
