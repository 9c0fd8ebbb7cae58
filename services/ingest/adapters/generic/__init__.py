"""`POST /v1/signals`: any device that can send JSON, one signal or up to a thousand."""
