"""Puts a pack through dispatch's door: `PUT /v1/packs/{centre}`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from schemas.pack.pack import CityPack

TIMEOUT_S = 30.0
"""Dispatch validates a whole city and writes it in one transaction; a large pack takes a second or two."""


@dataclass(frozen=True)
class Delivered:
    """Dispatch's answer. `changed` is False where this version was in force already."""

    version: str
    changed: bool


class Refused(Exception):
    """Dispatch read the pack and refused it; the message holds its reasons."""


class NotDelivered(Exception):
    """No door answered as agreed; trying again later may help."""


def deliver(pack: CityPack, urls: Sequence[str], token: str | None = None) -> Delivered:
    """Try each door until one answers. Raises Refused (4xx) or NotDelivered."""
    problems: list[str] = []
    badge = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False, headers=badge) as client:
        for url in urls:
            try:
                return _put(client, url.rstrip("/"), pack)
            except (httpx.HTTPError, httpx.InvalidURL) as problem:
                problems.append(f"{url}: {problem}")
    said = "; ".join(problems)
    raise NotDelivered(
        f"dispatch ne répond pas ({said}) ; lancez « make up » ou donnez --dispatch URL.\n"
        f"dispatch does not answer ({said}); run `make up` or give --dispatch URL."
    )


def _put(client: httpx.Client, url: str, pack: CityPack) -> Delivered:
    answer = client.put(
        f"{url}/v1/packs/{pack.centre.code}",
        content=pack.model_dump_json(),
        headers={"content-type": "application/json"},
    )
    if answer.status_code == httpx.codes.OK:
        return _delivered(url, answer)
    if answer.is_client_error:
        raise Refused(_reasons(answer))
    answer.raise_for_status()
    raise NotDelivered(f"{url} : réponse inattendue {answer.status_code}. / unexpected answer {answer.status_code}.")


def _delivered(url: str, answer: httpx.Response) -> Delivered:
    body = _json(answer)
    if not isinstance(body.get("version"), str) or not isinstance(body.get("changed"), bool):
        raise NotDelivered(f"{url} : ce n'est pas dispatch. / this is not dispatch.")
    return Delivered(body["version"], body["changed"])


def _reasons(answer: httpx.Response) -> str:
    body = _json(answer)
    title = f"{body.get('title') or answer.reason_phrase} ({answer.status_code})"
    places = [f"  {error.get('place')}: {error.get('reason')}" for error in body.get("errors") or ()]
    said = f"dispatch a refusé le pack : {title}. / dispatch refused the pack."
    return "\n".join([said, *filter(None, [body.get("detail")]), *places])


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:  # an answer by something that is not dispatch; its status says enough
        return {}
    return body if isinstance(body, dict) else {}
