"""Sends a letter as a signed POST and reads the answer's status; the answer's body is never read."""

import asyncio
import json
from pathlib import Path

import httpx
from opentelemetry import propagate

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.secret_references import SecretMissing, resolve
from services.notify.channels.channel import Attempt
from services.notify.channels.webhook.settings import WebhookSettings
from services.notify.channels.webhook.signature import signed_headers
from services.notify.channels.webhook.target import AddressRefused, NameUnknown, networks_of, target_of
from services.notify.domain.directory import AgencyEntry
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter

log = logs.get(__name__)
THROTTLED = frozenset({425, 429})


class Webhook:
    """The channel. Redirects are not followed: the address in the pack is the one that was agreed."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings, clock: Clock, secrets_dir: Path | None) -> None:
        self.longest_s = settings.webhook_whole_s
        self._clock, self._secrets_dir = clock, secrets_dir
        self._networks = networks_of(settings.webhook_networks)
        limits = httpx.Timeout(settings.webhook_read_s, connect=settings.webhook_connect_s)
        self._client = httpx.AsyncClient(timeout=limits, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()

    async def send(self, key: str, letter: Letter, recipient: AgencyEntry) -> Attempt:
        """One signed POST."""
        if not recipient.webhook_url or not recipient.secret_ref:
            return Attempt(NotifyReason.ADDRESS_INVALID)
        try:
            secret = resolve(recipient.secret_ref, self._secrets_dir)
        except SecretMissing as missing:
            log.error("secret_missing", recipient=recipient.id, **logs.fault(missing))
            return Attempt(NotifyReason.SECRET_MISSING)
        body = json.dumps(letter.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed_headers(secret, key, self._clock.now(), body) | {"Content-Type": "application/json"}
        propagate.inject(headers)
        return await self._post(recipient, recipient.webhook_url, headers, body)

    async def _post(self, recipient: AgencyEntry, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        try:
            async with asyncio.timeout(self.longest_s):
                target = await target_of(url, self._networks)
                named = headers | {"Host": target.host}
                sni = {"sni_hostname": target.name}
                async with self._client.stream(
                    "POST", target.url, headers=named, content=body, extensions=sni
                ) as answer:
                    return classify(answer.status_code, answer.headers.get("Retry-After"))
        except AddressRefused as refused:
            log.error("address_refused", recipient=recipient.id, **logs.fault(refused))
            return Attempt(NotifyReason.ADDRESS_INVALID)
        except NameUnknown:
            return Attempt(NotifyReason.UNREACHABLE)
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(NotifyReason.TIMED_OUT)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return Attempt(NotifyReason.ADDRESS_INVALID)
        except httpx.HTTPError:
            return Attempt(NotifyReason.UNREACHABLE)


def classify(status: int, retry_after: str | None) -> Attempt:
    """2xx is delivered; 408, 425, 429 and 5xx may be tried again; anything else is a refusal."""
    if 200 <= status < 300:
        return Attempt(NotifyReason.DELIVERED)
    asked_s = float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
    if status in THROTTLED:
        return Attempt(NotifyReason.THROTTLED, asked_s)
    if status == 408:
        return Attempt(NotifyReason.TIMED_OUT, asked_s)
    if status >= 500:
        return Attempt(NotifyReason.SERVER_ERROR, asked_s)
    return Attempt(NotifyReason.REJECTED)
