"""Dispatch as a whole under Hypothesis: any order of alarms, orders, taps, time, crashes and races, on real PostgreSQL.

Lives here: the machine, its moves, what must hold after each, and how everything comes to an end. Does not: the same
rules over the pure core, which are in tests/unit/dispatch/stateful.
"""
