"""Sends a letter through Apprise, which blocks and tells no more than yes or no."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apprise import Apprise as Gateway
from apprise import NotifyFormat

from services.chassis import logs
from services.chassis.secret_references import SecretMissing, resolve
from services.notify.channels.apprise.settings import AppriseSettings
from services.notify.channels.channel import Attempt
from services.notify.domain.directory import AgencyEntry
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter

log = logs.get(__name__)


class Apprise:
    """The channel. It has threads of its own: a gateway that hangs holds up no other part of the process."""

    name = "apprise"

    def __init__(self, settings: AppriseSettings, secrets_dir: Path | None) -> None:
        self.longest_s = settings.apprise_whole_s
        self._secrets_dir = secrets_dir
        self._threads = ThreadPoolExecutor(settings.apprise_threads, thread_name_prefix="apprise")

    async def close(self) -> None:
        """Lets go of its threads; what hangs in them is left to end by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, key: str, letter: Letter, recipient: AgencyEntry) -> Attempt:
        """One message: title, text, and the key as its last line so that a doubled one can be recognised."""
        try:
            url = resolve(recipient.apprise_ref or "", self._secrets_dir).get_secret_value()
        except SecretMissing as missing:
            log.error("secret_missing", recipient=recipient.id, **logs.fault(missing))
            return Attempt(NotifyReason.SECRET_MISSING)
        gateway = Gateway()
        if not gateway.add(url):
            return Attempt(NotifyReason.ADDRESS_INVALID)
        text = f"{letter.text}\nRéf. : {key}"
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._threads, _notify, gateway, letter.title, text)
        try:
            sent = await asyncio.wait_for(sending, self.longest_s)
        except TimeoutError:
            return Attempt(NotifyReason.TIMED_OUT)
        return Attempt(NotifyReason.DELIVERED if sent else NotifyReason.GATEWAY_FAILED)


def _notify(gateway: Gateway, title: str, text: str) -> bool:
    return bool(gateway.notify(body=text, title=title, body_format=NotifyFormat.TEXT))
