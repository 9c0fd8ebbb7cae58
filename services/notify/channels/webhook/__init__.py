"""A signed HTTP POST to a partner's own system; the contract for receivers is in README.md of services/notify."""
