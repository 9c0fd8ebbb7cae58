"""The rules of screening, one file each: values in, a decision with its reason out; no clock, no input, no output.

All times are seconds since 1970 (float) and come from the record that carries the signal, never from the machine.
"""
