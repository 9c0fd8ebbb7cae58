"""People known by an identity provider (OpenID Connect): its keys, its tokens, and signing in by way of it."""
