"""How Vigie is brought up: the embedded stack (local/), city packs (cities/) and container parts. No service code."""
