"""Settings of the Apprise channel."""

from pydantic import Field
from pydantic_settings import BaseSettings


class AppriseSettings(BaseSettings):
    """`apprise_whole_s`: seconds for one attempt; `apprise_threads`: how many may be under way at once."""

    apprise_whole_s: float = Field(default=15.0, gt=0, le=120)
    apprise_threads: int = Field(default=4, ge=1, le=32)
