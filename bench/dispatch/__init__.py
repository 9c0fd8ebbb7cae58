"""`make bench-dispatch`: does the production recommendation beat closest-idle, and how far is it from the optimum.

Lives here: cities to simulate, an event-driven simulator, clairvoyant optima, comparisons and tables. The decisions are
those of `services.dispatch.domain.recommending`, called, not copied.
"""
