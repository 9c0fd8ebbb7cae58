"""A copy of the small pack that a test may spoil, and the lines it then expects findings on."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from schemas.pack.files import LoadedPack, load_with_warnings
from schemas.pack.findings import Finding, PackInvalid

CITIES = Path(__file__).resolve().parents[3] / "deploy" / "cities"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class PackCopy:
    """The folder of a copied pack."""

    folder: Path

    def change(self, old: str, new: str, file: str = "city.yaml") -> None:
        """Replace the first `old`, which must be there, by `new`."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """A further file, which may lie in a new folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def line_of_first(self, text: str, file: str = "city.yaml") -> int:
        """The line, from 1, where `text` first begins; it must be there."""
        content = (self.folder / file).read_text(encoding="utf-8")
        return content[: content.index(text)].count("\n") + 1

    def load(self, *overlays: Path) -> LoadedPack:
        """The pack; raises PackInvalid."""
        return load_with_warnings(self.folder, overlays, NOW)

    def errors(self, *overlays: Path) -> list[Finding]:
        """The errors of loading it, none if it loads."""
        try:
            self.load(*overlays)
        except PackInvalid as invalid:
            return invalid.errors
        return []


def copy_of(city: str, folder: Path) -> PackCopy:
    """A copy of that city's pack below `folder`."""
    return PackCopy(Path(shutil.copytree(CITIES / city, folder / city)))
