"""What the demo reads from the environment, and where the stack says its doors are."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

EXERCISE_PIN = "2580"
REPOSITORY = Path(__file__).resolve().parent.parent


class DemoUnable(Exception):
    """The demo cannot begin; the text is a sentence that says what to do, French first."""


@dataclass(frozen=True)
class Settings:
    """`seconds` None: until Ctrl-C. `var` holds run/stack.json, secrets/ and demo/."""

    var: Path
    seconds: float | None
    city: str
    pin: str = EXERCISE_PIN
    """Of the demo's accounts."""

    @property
    def folder(self) -> Path:
        """Where the demo writes."""
        return self.var / "demo"

    @property
    def pack(self) -> Path:
        """The city pack's folder."""
        return REPOSITORY / "deploy" / "cities" / self.city


@dataclass(frozen=True)
class Doors:
    """Addresses of the running stack. `dispatch`, `ingest` and `dc09` have one or two; the latter and `mqtt` are host
    and port."""

    ingest: tuple[str, ...]
    dispatch: tuple[str, ...]
    dc09: tuple[tuple[str, int], ...]
    mqtt: tuple[str, int]
    started_at: str | None = None
    """When the stack began to start, RFC 3339."""


def read_settings() -> Settings:
    """From the environment. Raises DemoUnable."""
    text = os.environ.get("DEMO_SECONDS", "").strip()
    try:
        seconds = float(text) if text else None
    except ValueError as error:
        raise DemoUnable(
            f"DEMO_SECONDS={text!r} n'est pas un nombre : donnez des secondes. / is no number: give seconds."
        ) from error
    var = Path(os.environ.get("VIGIE_VAR") or REPOSITORY / "var").expanduser().resolve()
    city = os.environ.get("VIGIE_CITY") or "metz"
    if city != "metz":
        raise DemoUnable("La démonstration se joue à Metz : VIGIE_CITY=metz. / The demo plays in Metz only.")
    return Settings(var, seconds, city, os.environ.get("VIGIE_DEMO_PIN") or EXERCISE_PIN)


def read_doors(var: Path) -> Doors:
    """The doors of the stack that runs in `var`. Raises DemoUnable where there is none."""
    file = var / "run" / "stack.json"
    try:
        content = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise DemoUnable(
            f"Aucune pile en marche dans {var} : « make up », ou « make demo » qui démarre tout. "
            "/ No stack runs there: `make up`, or `make demo`, which starts everything."
        ) from error
    mqtt = urlsplit(str(content["mqtt_url"]))
    return Doors(
        ingest=tuple(str(url).rstrip("/") for url in content["ingest_urls"]),
        dispatch=tuple(str(url).rstrip("/") for url in content["dispatch_urls"]),
        dc09=tuple(_host_and_port(str(address)) for address in content["dc09_addresses"]),
        mqtt=(mqtt.hostname or "127.0.0.1", mqtt.port or 1883),
        started_at=content.get("started_at"),
    )


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
