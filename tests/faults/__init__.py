"""What must hold under faults: real processes, one observer that believes only what clients saw. See README.md."""
