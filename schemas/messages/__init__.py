"""Every message of the system; one module for each stretch of the way."""
