"""What the HTTP doors share: the application, its limits, its answers. No device's language."""
