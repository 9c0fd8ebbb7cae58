"""Call kiosks of the pedestrian plateau: SOS, access calls, heartbeat."""
