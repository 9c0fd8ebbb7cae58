"""The pure core of dispatch under Hypothesis: joining, cards, recommendation, matching, assignments and their ends.

Lives here: a town in memory in which only pure functions decide, and a machine that does anything to it. Does not:
transactions, locks and timers, which tests/flow/dispatch/stateful drives for real.
"""
