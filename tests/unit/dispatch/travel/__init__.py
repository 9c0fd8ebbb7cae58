"""Streets, speeds, snapping and engines on small networks built in the tests."""
