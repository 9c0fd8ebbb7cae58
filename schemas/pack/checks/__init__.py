"""What no single entry can show: references, uniqueness, places, cover by run cards, law. A function per subject."""

from datetime import datetime

from schemas.pack.checks.accounts import check_accounts
from schemas.pack.checks.devices import check_devices
from schemas.pack.checks.law import check_law
from schemas.pack.checks.opening import check_opening
from schemas.pack.checks.places import check_places
from schemas.pack.checks.reach import check_reach
from schemas.pack.checks.responders import check_responders
from schemas.pack.checks.run_cards import check_run_cards
from schemas.pack.checks.secrets import check_secrets
from schemas.pack.checks.streets import check_streets
from schemas.pack.draft import Draft
from schemas.pack.findings import Finding


def check(draft: Draft, now: datetime) -> list[Finding]:
    """Every finding of every subject; `now` decides which legal bases are over."""
    return [
        *check_places(draft),
        *check_devices(draft),
        *check_accounts(draft),
        *check_responders(draft),
        *check_run_cards(draft),
        *check_reach(draft),
        *check_opening(draft),
        *check_law(draft, now),
        *check_secrets(draft),
        *check_streets(draft),
    ]
