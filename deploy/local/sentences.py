"""What the stack says when it cannot go on: one sentence that says what to do, French first, English beside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a command stopped; also the word in `var/log/supervisor.log`."""

    PORT_TAKEN = "port_taken"
    DISK_FULL = "disk_full"
    MISSING_TOOL = "missing_tool"
    WRONG_SETTING = "wrong_setting"
    NO_NETWORK = "no_network"
    DAMAGED_DOWNLOAD = "damaged_download"
    ALREADY_UP = "already_up"
    NOT_UP = "not_up"
    NO_ACCESS = "no_access"
    UNREACHABLE = "unreachable"
    PART_FAILED = "part_failed"
    LEFTOVER = "leftover"
    BUNDLE = "bundle"


EXIT_CODES = {Reason.PART_FAILED: 1, Reason.UNREACHABLE: 1}
USAGE_ERROR = 2


@dataclass(frozen=True)
class Sentence:
    """One thing to tell the person at the terminal, in both languages."""

    reason: Reason
    french: str
    english: str

    def __str__(self) -> str:
        return f"{self.french} / {self.english}"

    @property
    def exit_code(self) -> int:
        """2 where the person must change something first, 1 where a part failed by itself."""
        return EXIT_CODES.get(self.reason, USAGE_ERROR)


class StackError(Exception):
    """The command cannot go on; carries the sentence to show."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def port_taken(port: int, setting: str) -> Sentence:
    """A port that the user asked for is in use."""
    return Sentence(
        Reason.PORT_TAKEN,
        f"Le port {port} est pris : choisissez-en un autre avec {setting}=…, ou retirez {setting} pour un port libre.",
        f"Port {port} is taken: choose another with {setting}=…, or unset {setting} to get a free one.",
    )


def port_lost(part: str, log: str) -> Sentence:
    """A port that was free when chosen was taken before the part could bind it."""
    return Sentence(
        Reason.PORT_TAKEN,
        f"Un port de « {part} » vient d'être pris par un autre programme : relancez la commande (détail : {log}).",
        f"A port of '{part}' was just taken by another program: run the command again (details: {log}).",
    )


def disk_full(path: str, free_mb: int, needed_mb: int) -> Sentence:
    """Not enough room for data and logs."""
    return Sentence(
        Reason.DISK_FULL,
        f"Disque plein : {free_mb} Mo libres sous {path}, il en faut {needed_mb} ; "
        "faites de la place (`make clean`) ou choisissez un autre VIGIE_VAR.",
        f"Disk full: {free_mb} MB free under {path}, {needed_mb} needed; "
        "make room (`make clean`) or choose another VIGIE_VAR.",
    )


def missing_tool(tool: str, remedy_french: str, remedy_english: str) -> Sentence:
    """A program that the stack cannot bring itself is absent."""
    return Sentence(
        Reason.MISSING_TOOL,
        f"Il manque {tool} : {remedy_french}.",
        f"{tool} is missing: {remedy_english}.",
    )


def wrong_setting(setting: str, value: str, french: str, english: str) -> Sentence:
    """An environment variable holds something that cannot be used."""
    return Sentence(
        Reason.WRONG_SETTING,
        f"{setting}={value!r} n'est pas valable : {french}.",
        f"{setting}={value!r} is not valid: {english}.",
    )


def no_network(what: str) -> Sentence:
    """A first set-up without a network, or through a proxy that refuses."""
    return Sentence(
        Reason.NO_NETWORK,
        f"Pas de réseau pour télécharger {what} : connectez la machine "
        "(ou réglez HTTPS_PROXY) et relancez ; ensuite tout démarre sans réseau.",
        f"No network to download {what}: connect the machine "
        "(or set HTTPS_PROXY) and run again; afterwards everything starts without a network.",
    )


def damaged_download(name: str) -> Sentence:
    """A file whose sha256 is not the one of the committed lock, even after a second download."""
    return Sentence(
        Reason.DAMAGED_DOWNLOAD,
        f"{name} ne correspond pas à son empreinte dans jgo.lock.toml : ne l'utilisez pas, "
        "vérifiez le réseau ou le mandataire.",
        f"{name} does not match its hash in jgo.lock.toml: do not use it, check the network or the proxy.",
    )


def already_up(var: str, pid: int) -> Sentence:
    """A second start in the same folder."""
    return Sentence(
        Reason.ALREADY_UP,
        f"Vigie tourne déjà dans {var} (processus {pid}) : `make down` l'arrête, ou choisissez un autre VIGIE_VAR.",
        f"Vigie is already up in {var} (process {pid}): `make down` stops it, or choose another VIGIE_VAR.",
    )


def not_up(var: str) -> Sentence:
    """Nothing to stop or to show."""
    return Sentence(
        Reason.NOT_UP,
        f"Vigie ne tourne pas dans {var} : `make up` la démarre.",
        f"Vigie is not up in {var}: `make up` starts it.",
    )


def no_access(path: str, account: str) -> Sentence:
    """As root, PostgreSQL runs as an ordinary account that cannot reach the project's folder."""
    return Sentence(
        Reason.NO_ACCESS,
        f"Le compte {account}, qui fait tourner PostgreSQL, n'a pas accès à {path} : "
        "déplacez le projet hors de ce dossier ou ne lancez pas make en root.",
        f"Account {account}, which runs PostgreSQL, cannot reach {path}: "
        "move the project out of that folder or do not run make as root.",
    )


def unreachable(part: str, setting: str, value: str) -> Sentence:
    """A part that the user brings himself does not answer."""
    return Sentence(
        Reason.UNREACHABLE,
        f"« {part} » ne répond pas à {value} : démarrez-le, ou retirez {setting} pour la version embarquée.",
        f"'{part}' does not answer at {value}: start it, or unset {setting} to use the embedded one.",
    )


def part_failed(part: str, what_french: str, what_english: str, log: str) -> Sentence:
    """A process did not come up."""
    return Sentence(
        Reason.PART_FAILED,
        f"« {part} » {what_french} : lisez la fin de {log}.",
        f"'{part}' {what_english}: read the end of {log}.",
    )


def leftover(name: str, pid: int) -> Sentence:
    """A process of a killed run that cannot be ended."""
    return Sentence(
        Reason.LEFTOVER,
        f"« {name} » (processus {pid}) d'un démarrage précédent ne s'arrête pas : arrêtez-le avec `kill -9 {pid}`.",
        f"'{name}' (process {pid}) of an earlier run does not stop: end it with `kill -9 {pid}`.",
    )


def no_bundle(french: str, english: str) -> Sentence:
    """`make bundle` cannot make the archive."""
    return Sentence(Reason.BUNDLE, f"Pas d'archive : {french}.", f"No bundle: {english}.")
