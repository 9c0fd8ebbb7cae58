"""The pure parts of `make upgrade-test`."""
