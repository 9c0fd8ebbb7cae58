"""One folder a subject; nothing here starts a broker or a database."""
