"""Silences and sites under test: they silence what can wait and make what is urgent operator-confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.vocabulary.scopes import scope_key, scopes_over
from schemas.vocabulary.signals import ScreeningReason
from services.triage.screening.domain.seen_signal import SeenSignal


@dataclass(frozen=True, slots=True)
class Silence:
    """In force from `starts_at` up to `ends_at`, seconds since 1970.

    `scope` is `<centre>/device:…`, `<centre>/site:…` or `<centre>/sector:…`.
    """

    silence_id: str
    scope: str
    starts_at: float
    ends_at: float
    under_test: bool = False

    def covers(self, at: float) -> bool:
        """True if it is in force at that moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Hush:
    """Why a signal is to be silenced. `silence_id` is None where the city pack itself says "under test"."""

    reason: ScreeningReason
    silence_id: str | None
    ends_at: float


@dataclass(frozen=True, slots=True)
class SilenceBook:
    """All silences by scope; and the packs' sites under test by `<centre>/site:…`, with the moment that ends it.

    A centre's silence never covers another centre's site of the same id.
    """

    by_scope: Mapping[str, tuple[Silence, ...]] = field(default_factory=dict)
    sites_under_test: Mapping[str, float] = field(default_factory=dict)

    def over(self, signal: SeenSignal) -> Hush | None:
        """The silence over this signal's device, else site, else sector, at the record's time."""
        scopes = scopes_over(signal.device, signal.site, signal.sector)
        for scope in [scope_key(signal.centre, known) for known in scopes]:
            for silence in self.by_scope.get(scope, ()):
                if silence.covers(signal.at):
                    under_test = silence.under_test
                    reason = ScreeningReason.SITE_UNDER_TEST if under_test else ScreeningReason.SILENCED
                    return Hush(reason, silence.silence_id, silence.ends_at)
        until = self.sites_under_test.get(scope_key(signal.centre, f"site:{signal.site}"))
        if until is not None and signal.at < until:
            return Hush(ScreeningReason.SITE_UNDER_TEST, None, until)
        return None
