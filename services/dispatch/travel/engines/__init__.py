"""Shortest times between nodes: two engines behind `engine.Engine`, with the same answers within half a second.

`hierarchy`: customizable contraction hierarchies (pyroutingkit), microseconds a query. `sparse`: SciPy's Dijkstra,
everywhere, milliseconds a query. `choosing` takes the first that this machine has.
"""
