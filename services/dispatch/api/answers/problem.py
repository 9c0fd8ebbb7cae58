"""Errors."""

from pydantic import BaseModel, Field


class ProblemDocument(BaseModel):
    """An error, RFC 9457. Further members depend on `type`: `allowed`, `state`, `changes`, `etag`, `errors`."""

    type: str = Field(description="urn:vigie:problem:<kind>")
    title: str
    status: int
    detail: str
