"""The observer of tests/faults: it must see what it is there to see."""
