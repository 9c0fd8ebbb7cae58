"""Scopes of silences: what one may lie over, and the key that tells two centres' scopes apart."""


def scope_key(centre: str, scope: str) -> str:
    """`<centre>/<scope>`: two centres of one deployment may each have a site of the same id."""
    return f"{centre}/{scope}"


def scopes_over(device: str, site: str | None, sector: str | None) -> list[str]:
    """The scopes that cover a signal, narrowest first: `device:<id>`, `site:<id>`, `sector:<id>`."""
    scopes = [f"device:{device}"]
    scopes += [f"site:{site}"] if site else []
    scopes += [f"sector:{sector}"] if sector else []
    return scopes
