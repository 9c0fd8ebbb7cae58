"""Devices, each in its own protocol, built from the protocols' documents alone. All repeat until acknowledged."""
