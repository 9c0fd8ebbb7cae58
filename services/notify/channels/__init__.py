"""Ways to reach a recipient, a folder each with its own settings. To add one, write a `Channel` and list it in
`__main__`. A channel sends once and classifies how that ended; it never retries, stores or decides."""
