"""The page of all log lines and span attributes, read from the calls themselves."""
