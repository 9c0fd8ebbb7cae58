"""Bad input at each of ingest's doors and topics, as one table: it drives the tests and is docs/bad-input.md."""
