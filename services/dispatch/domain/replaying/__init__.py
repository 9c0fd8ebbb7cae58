"""Replay: recorded decisions evaluated again from the inputs that their events carry (rule 15). Pure.

Lives here: reading an event's inputs, asking the production functions again, comparing, counting. Does not: reading
rows and packs (services.dispatch.replay), wording (cli.replay), deciding anything new.

With changed run cards each decision is looked at for itself: units, their places and what binds them stay as
recorded, so that it is a counterfactual of each decision and not of the whole day.
"""

from services.dispatch.domain.replaying.findings import Aspect, Difference, Finding, Kind, Obstacle, Reservation
from services.dispatch.domain.replaying.record import Record
from services.dispatch.domain.replaying.replaying import Replaying
from services.dispatch.domain.replaying.tally import Tally

__all__ = ["Aspect", "Difference", "Finding", "Kind", "Obstacle", "Record", "Replaying", "Reservation", "Tally"]
