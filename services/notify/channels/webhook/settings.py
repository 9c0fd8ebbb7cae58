"""Settings of the webhook channel."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from services.notify.channels.webhook.target import networks_of


class WebhookSettings(BaseSettings):
    """Seconds: to connect, between two bytes, and for the whole attempt.

    `webhook_networks`: inner networks where partners are, as CIDR blocks with commas between (`10.20.0.0/16`). Any
    other address that is not the public internet's is refused, whatever name leads to it.
    """

    webhook_connect_s: float = Field(default=2.0, gt=0, le=30)
    webhook_read_s: float = Field(default=5.0, gt=0, le=60)
    webhook_whole_s: float = Field(default=8.0, gt=0, le=120)
    webhook_networks: str = ""

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, text: str) -> str:
        networks_of(text)
        return text
