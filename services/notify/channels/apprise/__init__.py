"""Mail and SMS gateways, and whatever else Apprise reaches, by an Apprise URL kept as a secret."""
