"""The doors as browsers know them: which addresses a page may talk to, and whose pages may talk to us."""

import re
from urllib.parse import urlsplit

from fastapi import Request

from services.dispatch.settings import DispatchSettings

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
LOOPBACK = r"(127\.0\.0\.1|localhost|\[::1\])"
ANY_LOCAL_PAGE = rf"http://{LOOPBACK}(:\d+)?"


def doors_for(request: Request, settings: DispatchSettings) -> list[str]:
    """Base URLs of all doors as this client reaches them: a door on 127.0.0.1 is where he found this one."""
    own = str(request.base_url).rstrip("/")
    found = configured_doors(request, settings)
    return found if own in found else [own, *found]


def configured_doors(request: Request, settings: DispatchSettings) -> list[str]:
    """The doors of the settings alone, as this client reaches them: what a Host header claims is not among them."""
    return [_as_reached(url, request.url.hostname or "127.0.0.1") for url in settings.public_urls]


def own_url(request: Request, settings: DispatchSettings) -> str:
    """This door as the browser reaches it, if it is one of the configured ones; else the first of those."""
    own = str(request.base_url).rstrip("/")
    configured = configured_doors(request, settings)
    return own if own in configured or not configured else configured[0]


def is_secure(request: Request, settings: DispatchSettings) -> bool:
    """True where cookies must not travel in clear."""
    return request.url.scheme == "https" or any(url.startswith("https:") for url in settings.public_urls)


def _as_reached(url: str, host: str) -> str:
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK_NAMES or host not in LOOPBACK_NAMES:
        return url
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{parts.port}" if parts.port else "")


def allowed_origins(settings: DispatchSettings) -> str:
    """Pattern of the origins whose pages may read our answers with a session: the doors, by any loopback name.

    With open accounts there is no session to protect, and any page of this machine may.
    """
    if settings.vigie_accounts == "open":
        return ANY_LOCAL_PAGE
    return "|".join(_pattern(url) for url in settings.public_urls) or "(?!)"


def _pattern(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK_NAMES:
        return f"{parts.scheme}://{LOOPBACK}" + (f":{parts.port}" if parts.port else "")
    return re.escape(f"{parts.scheme}://{parts.netloc}")


def is_foreign(request: Request, settings: DispatchSettings) -> bool:
    """True if a browser sends this from a page that is not one of ours. Other clients name no origin."""
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc == request.headers.get("host"):
        return False
    return re.fullmatch(allowed_origins(settings), origin) is None
