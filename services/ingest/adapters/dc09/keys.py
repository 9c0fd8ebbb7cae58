"""AES keys of panels, by the references that the city pack holds."""

from pathlib import Path

from services.chassis import logs
from services.chassis.secret_references import SecretMissing, resolve
from services.ingest.adapters.dc09.encryption import KEY_LENGTHS

log = logs.get(__name__)


class PanelKeys:
    """Looks a key up when a panel needs it. A key that is found is kept; a missing one is looked up again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._found: dict[str, bytes] = {}

    def key(self, reference: str | None) -> bytes | None:
        """16, 24 or 32 bytes, or None where there is no reference, no secret behind it, or one of another form."""
        if reference is None:
            return None
        if reference not in self._found:
            key = self._read(reference)
            if key is None:
                return None
            self._found[reference] = key
        return self._found[reference]

    def _read(self, reference: str) -> bytes | None:
        try:
            key = bytes.fromhex(resolve(reference, self._folder).get_secret_value())
        except (SecretMissing, ValueError):
            log.error("panel_key_missing", reference=reference)
            return None
        if len(key) not in KEY_LENGTHS:
            log.error("panel_key_length", reference=reference, count=len(key))
            return None
        return key
