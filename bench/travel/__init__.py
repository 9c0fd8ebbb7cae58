"""`python -m bench.travel`: how fast travel times are, against SciPy in the same run, and what straight lines miss."""
