"""`vigie dead-letters`: what could not be read, looked at, sent again or put aside for good."""
