"""What ingest decides, pure: what a signal is, its identity, repeats, supervision, place. No I/O, no wire models."""
