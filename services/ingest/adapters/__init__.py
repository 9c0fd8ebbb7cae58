"""One folder per device family: it reads that family's language and answers in it. It knows nothing of repeats."""
