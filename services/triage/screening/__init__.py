"""Screening: topic `signals` in, `alarms` and `signal.outcomes` out, exactly one outcome for each signal id.

The rules are in `domain`; what is here reads, writes and remembers. It never groups alarms of several devices.
"""
