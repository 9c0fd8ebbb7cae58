"""The HTTP door of dispatch: routes, the live stream, and the rules they share (idempotency, ETag, problems)."""
