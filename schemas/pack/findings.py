"""What is wrong with a pack: where, what, and what to do, in French with English beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """An error keeps the pack from being applied; a warning is printed and lets it pass."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Place:
    """A line of a pack file, counted from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One thing to change. `fr` and `en` say the same: what is wrong, then what to do."""

    severity: Severity
    place: Place
    fr: str
    en: str

    @property
    def is_error(self) -> bool:
        """True where the pack may not be applied with it."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        words = ("erreur", "error") if self.is_error else ("attention", "warning")
        return f"{self.place}: {words[0]} : {self.fr}\n    {words[1]}: {self.en}"


class PackInvalid(Exception):
    """A pack that may not be used. `findings` holds every error and warning, in the order of files and lines."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = in_order(findings)
        self.errors = [finding for finding in self.findings if finding.is_error]
        super().__init__("\n".join(str(finding) for finding in self.errors))


def error(place: Place, fr: str, en: str) -> Finding:
    """A finding that keeps the pack from being applied."""
    return Finding(Severity.ERROR, place, fr, en)


def warning(place: Place, fr: str, en: str) -> Finding:
    """A finding that is only said."""
    return Finding(Severity.WARNING, place, fr, en)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """By file and line; what was found first comes first on one line."""
    return sorted(findings, key=lambda finding: finding.place)
