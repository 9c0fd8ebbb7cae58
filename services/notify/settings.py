"""Settings of the notify process."""

import socket

from pydantic import Field, SecretStr

from services.chassis.settings import ProcessSettings
from services.notify.channels.apprise.settings import AppriseSettings
from services.notify.channels.webhook.settings import WebhookSettings


class NotifySettings(WebhookSettings, AppriseSettings, ProcessSettings):
    """What notify reads from the environment, with each channel's own.

    `dispatch_public_url`: where partners reach dispatch's doors; without it the first of `dispatch_urls` (comma
    between), where the centre's own processes reach them. `shift_lead_apprise_ref`: a reference to the shift
    lead's Apprise URL (`env:NAME`, `file:NAME`); none means that the shift lead is told on screen only.
    `notify_retry_limit_s`: after that many seconds a notification has failed. `notify_lanes`: letters under way to
    one recipient at a time. `notify_group`: the consumer group; all processes of one deployment share it.
    """

    database_url: SecretStr
    notify_port: int = Field(default=8104, ge=0, le=65535)
    dispatch_public_url: str | None = Field(default=None, pattern=r"^https?://")
    dispatch_urls: str = "http://127.0.0.1:8100"
    shift_lead_apprise_ref: str | None = None
    notify_retry_first_s: float = Field(default=1.0, gt=0)
    notify_retry_most_s: float = Field(default=60.0, gt=0)
    notify_retry_limit_s: float = Field(default=600.0, gt=0)
    notify_lanes: int = Field(default=4, ge=1, le=64)
    notify_group: str = "notify"

    @property
    def links_root(self) -> str:
        """The root of the links in a letter."""
        return self.dispatch_public_url or self.dispatch_urls.split(",")[0].strip()

    @property
    def instance(self) -> str:
        """The name under which rows are leased: the same after a restart, another for each process."""
        return f"{socket.gethostname()}:{self.notify_port}"
