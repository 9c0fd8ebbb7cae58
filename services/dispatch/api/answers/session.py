"""Who is signed in, and where the doors are."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.dispatch.domain.access import Role


class DoorsShown(BaseModel):
    """Base URLs; a page tries its own first."""

    doors: list[str]


class PersonShown(BaseModel):
    """Somebody with an account. `unit` and `agency`: whom he speaks for."""

    account: str
    name: str
    role: Role
    unit: str | None
    agency: str | None


class CentreShown(BaseModel):
    """A centre in short. `exercise`: every screen says EXERCICE."""

    code: str
    name: str
    timezone: str
    exercise: bool


class SessionShown(BaseModel):
    """`person` none: nobody is signed in. `choices`: the demo's accounts. `now`: the door's clock.

    `revoked`: the badge of this browser was taken back; it must forget what it holds.
    """

    accounts: Literal["open", "demo", "oidc"]
    person: PersonShown | None
    revoked: bool
    choices: list[PersonShown]
    centres: list[CentreShown]
    now: datetime


class SessionEnded(BaseModel):
    """`continue_at`: where to go so that the identity provider forgets him as well."""

    continue_at: str | None
