"""A real Keycloak for tests: fetched by coordinates, checked by its sha256, run as a child process."""
