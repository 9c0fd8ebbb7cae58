"""The rules of correlation: an alarm and the open situations in, an answer with its reason out; no input, no output.

All times are seconds since 1970 (float), when the signal was screened; positions WGS 84 degrees; distances metres.
"""
