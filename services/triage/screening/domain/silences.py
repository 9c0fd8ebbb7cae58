"""Silences and sites under test: they silence what can wait and make what is urgent operator-confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    _centres: Mapping[str, "_Centre"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """What is looked at for each signal is laid out by what a signal names."""
        centres: dict[str, _Centre] = {}
        for scope, silences in self.by_scope.items():
            centre, _, named = scope.partition("/")
            kind, _, name = named.partition(":")
            centres.setdefault(centre, _Centre()).of(kind)[name] = silences
        for scope, until in self.sites_under_test.items():
            centre, _, named = scope.partition("/")
            centres.setdefault(centre, _Centre()).under_test[named.partition(":")[2]] = until
        object.__setattr__(self, "_centres", centres)

    def over(self, signal: SeenSignal) -> Hush | None:
        """The silence over this signal's device, else site, else sector, at the record's time."""
        centre = self._centres.get(signal.centre)
        if centre is None:
            return None
        site = signal.site or ""
        for silences in (
            centre.devices.get(signal.device),
            centre.sites.get(site),
            centre.sectors.get(signal.sector or ""),
        ):
            for silence in silences or ():
                if silence.covers(signal.at):
                    under_test = silence.under_test
                    reason = ScreeningReason.SITE_UNDER_TEST if under_test else ScreeningReason.SILENCED
                    return Hush(reason, silence.silence_id, silence.ends_at)
        until = centre.under_test.get(site)
        if until is not None and signal.at < until:
            return Hush(ScreeningReason.SITE_UNDER_TEST, None, until)
        return None


@dataclass(slots=True)
class _Centre:
    """The silences of one centre, by id of what they cover. Nothing has the empty id."""

    devices: dict[str, tuple[Silence, ...]] = field(default_factory=dict)
    sites: dict[str, tuple[Silence, ...]] = field(default_factory=dict)
    sectors: dict[str, tuple[Silence, ...]] = field(default_factory=dict)
    under_test: dict[str, float] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, tuple[Silence, ...]]:
        """By the kind that a scope names; what covers no signal is kept apart and never asked for."""
        return {"device": self.devices, "site": self.sites, "sector": self.sectors}.get(kind, {})
