"""Settings of the webhook channel."""

from pydantic import Field
from pydantic_settings import BaseSettings


class WebhookSettings(BaseSettings):
    """Seconds: to connect, between two bytes, and for the whole attempt."""

    webhook_connect_s: float = Field(default=2.0, gt=0, le=30)
    webhook_read_s: float = Field(default=5.0, gt=0, le=60)
    webhook_whole_s: float = Field(default=8.0, gt=0, le=120)
