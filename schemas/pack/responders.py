"""Who answers: units, partner agencies, and the run cards that say who must come."""

from typing import Annotated

from pydantic import Field

from schemas.pack.places import SiteKind
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from schemas.wire import Identifier, Insee, Position, WireModel


class Unit(WireModel):
    """A patrol or a crew with its capabilities; `position` is where it starts until it reports one.

    `trackers`: what its position senders call it, unique in a deployment: OwnTracks `user/device`, Traccar's device id.
    """

    id: Identifier
    call_sign: str
    kind: ResponderKind
    commune: Insee
    sector: Identifier
    position: Position
    capabilities: frozenset[Identifier] = frozenset()
    on_duty: bool = True
    trackers: tuple[Identifier, ...] = ()


class Agency(WireModel):
    """A partner that tasks are handed over to, and how it is told.

    `webhook_url` gets a signed POST (secret by `secret_ref`); `apprise_ref` names an Apprise URL (mail, SMS).
    """

    id: Identifier
    name: str
    kind: ResponderKind
    webhook_url: str | None = None
    secret_ref: str | None = None
    apprise_ref: str | None = None
    acknowledge_within_s: Annotated[int, Field(ge=5)] = 60


class Responder(WireModel):
    """One line of a run card: who must come. `agency` is required for partners, `capabilities` for units."""

    kind: ResponderKind
    count: Annotated[int, Field(ge=1, le=10)] = 1
    capabilities: frozenset[Identifier] = frozenset()
    agency: Identifier | None = None


class Escalation(WireModel):
    """One level more: these responders come in addition. By an operator's order, or by itself `after_s` seconds after
    opening while no unit is on scene."""

    name_fr: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    responders: Annotated[tuple[Responder, ...], Field(min_length=1)]
    after_s: Annotated[int, Field(ge=30)] | None = None


class RunCard(WireModel):
    """What must be done for some natures, under optional conditions. The first card that fits holds.

    `verify_first`: an operator verifies before anyone is engaged. Conditions: `site_kinds`, `min_sources`,
    `site_open` (within the site's opening hours), `night` (the centre's), `protected` (at a protected person's
    address); one that is not named does not matter. `target_s`: seconds from opening to the first unit on scene.
    `welfare_after_s`: a unit on scene that says nothing for so long is asked whether it is well; none: the
    deployment's own time. `escalation`: levels above the card's own means, in their order.
    """

    id: Identifier
    natures: Annotated[tuple[Nature, ...], Field(min_length=1)]
    site_kinds: tuple[SiteKind, ...] = ()
    min_sources: Annotated[int, Field(ge=1)] = 1
    site_open: bool | None = None
    night: bool | None = None
    protected: bool | None = None
    priority: Priority
    verify_first: bool = False
    engagement: Engagement
    responders: tuple[Responder, ...] = ()
    target_s: Annotated[int, Field(ge=30)] = 600
    welfare_after_s: Annotated[int, Field(ge=60)] | None = None
    escalation: tuple[Escalation, ...] = ()
    instructions_fr: str = ""
    instructions_en: str = ""
