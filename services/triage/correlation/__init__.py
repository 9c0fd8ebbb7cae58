"""Correlation: topic `alarms` in, `situations` out. It proposes which alarms belong together, with a confidence.

The rules are in `domain`; Faust carries the state. It never opens, merges or closes an incident: dispatch does.
"""
