"""What topics `silences` and `packs` say now, as a rulebook that is replaced whole on each change."""

import threading
from dataclasses import replace
from typing import Any

from schemas.codec import Undecodable, decode
from schemas.messages.dispatching import SilenceChanged
from schemas.pack.holder import PackHolder
from schemas.pack.pack import CityPack
from schemas.vocabulary.scopes import scope_key
from services.chassis import logs
from services.chassis.clock import Clock
from services.triage.screening.domain.legal_gate import Basis, CentreGate, LegalGate
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.silences import Silence, SilenceBook

log = logs.get(__name__)


class RulesInForce:
    """Fed by two follower threads, read by the loop; `now` is always one whole snapshot.

    A silence that is lifted or replaced ends at that moment but stays known until its time is over, so that a
    signal from before, read once more, ends as it ended.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._packs = PackHolder(self._pack_changed, lambda reason: log.error("pack_rejected", detail=logs.cut(reason)))
        self._silences: dict[str, tuple[Silence, ...]] = {}
        self.now = Rulebook()

    @property
    def only_centre(self) -> str | None:
        """The centre's code, if exactly one is known."""
        held = list(self._packs.packs)
        return held[0] if len(held) == 1 else None

    def accept_pack(self, key: bytes | None, value: bytes | None, headers: Any) -> None:
        """A record of `packs`."""
        self._packs.accept(key, value, headers)

    def accept_silence(self, key: bytes | None, value: bytes | None, headers: Any) -> None:
        """A record of `silences`; a tombstone lifts what its scope had."""
        scope = (key or b"").decode("utf-8", "replace")
        if value is None:
            self._lifted(scope)
            return
        try:
            changed = decode(value, headers, [SilenceChanged])
        except Undecodable as error:
            log.error("silence_rejected", scope=scope, detail=logs.cut(error.reason))
            return
        silence = Silence(
            changed.silence_id,
            changed.event_key,
            changed.starts_at.timestamp(),
            changed.ends_at.timestamp(),
            changed.under_test,
        )
        self._put(silence.scope, silence)
        log.info("silence_known", scope=silence.scope, silence_id=silence.silence_id, under_test=silence.under_test)

    def _put(self, scope: str, silence: Silence) -> None:
        earlier = tuple(
            _ended(held, silence.starts_at)
            for held in self._alive(scope)
            if held.silence_id != silence.silence_id and held.starts_at < silence.starts_at
        )
        self._replace(scope, (*earlier, silence))

    def _lifted(self, scope: str) -> None:
        now = self._clock.now().timestamp()
        self._replace(scope, tuple(_ended(held, now) for held in self._alive(scope)))
        log.info("silence_lifted", scope=scope)

    def _alive(self, scope: str) -> tuple[Silence, ...]:
        """Those a signal of the last hour may still have been under."""
        oldest = self._clock.now().timestamp() - 3600
        return tuple(held for held in self._silences.get(scope, ()) if held.ends_at > oldest)

    def _replace(self, scope: str, silences: tuple[Silence, ...]) -> None:
        with self._lock:
            self._silences[scope] = silences
            book = replace(self.now.silences, by_scope=dict(self._silences))
            self.now = replace(self.now, silences=book)

    def _pack_changed(self, pack: CityPack) -> None:
        packs = self._packs.packs.values()
        under_test = {
            scope_key(held.centre.code, f"site:{site.id}"): site.under_test_until.timestamp()
            for held in packs
            for site in held.sites
            if site.under_test_until is not None
        }
        with self._lock:
            book = SilenceBook(self.now.silences.by_scope, under_test)
            self.now = Rulebook(book, LegalGate({held.centre.code: _gate(held) for held in packs}))
        log.info("pack_in_use", centre=pack.centre.code, version=pack.version, legal_bases=len(pack.legal_bases))


def _ended(silence: Silence, at: float) -> Silence:
    return replace(silence, ends_at=min(silence.ends_at, at))


def _gate(pack: CityPack) -> CentreGate:
    rules = [rule for device in pack.devices if device.analytics for rule in device.analytics.labels.values()]
    bases = tuple(
        Basis(
            basis.use_case,
            basis.basis,
            basis.starts_at.timestamp(),
            basis.ends_at.timestamp(),
            basis.approver,
            frozenset(basis.cameras),
        )
        for basis in pack.legal_bases
    )
    known = frozenset({rule.use_case for rule in rules} | {basis.use_case for basis in bases})
    return CentreGate(pack.version, bases, known)
