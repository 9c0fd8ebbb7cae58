"""Screening beside its peers: our process, Kafka Streams, Quix Streams, and the bare loop, on the same records."""
