"""The sent log in PostgreSQL, schema `notify`: what is to be sent, what became of it, what is yet to be reported."""
