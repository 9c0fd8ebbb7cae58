"""The recommendation: who goes, why, why not the others; and the simulator that measures it."""
