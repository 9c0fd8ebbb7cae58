"""From settings to the list of parts: chooses ports, takes the user's own Kafka, database or MQTT where given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deploy.local.city_secrets import access_secrets, city_secrets, mqtt_passwords
from deploy.local.doors import Doors, choose_doors
from deploy.local.kafka.jars import fetch_jars
from deploy.local.kafka.java import require_java
from deploy.local.kafka.part import KafkaParts
from deploy.local.kafka.properties import BrokerPorts
from deploy.local.layout import REPOSITORY
from deploy.local.mqtt.access import MqttUser, users_of
from deploy.local.mqtt.part import MqttPart, find_mosquitto
from deploy.local.observing import PrometheusPart, find_prometheus
from deploy.local.part import Part
from deploy.local.ports import PortBook
from deploy.local.postgres.part import PostgresPart, account_for, packaged_binaries
from deploy.local.sentences import StackError, wrong_setting
from deploy.local.services import Endpoints, ServiceParts
from deploy.local.settings import LocalSettings
from schemas.pack.files import load_pack
from schemas.pack.findings import PackInvalid

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Assembly:
    """Everything that a run starts, and where it can be reached."""

    parts: tuple[Part, ...]
    endpoints: Endpoints
    doors: Doors
    secrets: Mapping[str, str]
    """Variables that the demo's driver needs as well, to encrypt like a panel and to verify like a partner."""
    prometheus: str | None = None
    """URL, where it was asked for."""


class Assembler:
    """Builds the parts of one run. `only` names the parts wanted; nothing means all."""

    def __init__(self, settings: LocalSettings, book: PortBook, say: Say, only: Iterable[str] = ()) -> None:
        self._settings = settings
        self._book = book
        self._say = say
        self._only = frozenset(only)
        self._parts: list[Part] = []

    def assemble(self) -> Assembly:
        """Raises StackError for a taken port, a missing tool, no network, or an unknown name in `only`."""
        kafka, postgres, (mqtt, ingest_mqtt) = self._kafka(), self._postgres(), self._mqtt()
        endpoints = Endpoints(kafka, postgres, mqtt, ingest_mqtt)
        doors = choose_doors(self._settings, self._book)
        embedded = tuple(part.name for part in self._parts)
        overlay = self._settings.overlay
        secrets = self._secrets()
        services = ServiceParts(
            layout=self._settings.layout,
            doors=doors,
            endpoints=endpoints,
            embedded=embedded,
            city=self._settings.city,
            overlay=str(overlay) if overlay else None,
            log_level=self._settings.log_level,
            secrets=secrets,
            secrets_dir=self._settings.secrets,
            extracts_dir=self._settings.extracts_dir,
            kill_hung=self._settings.kill_hung,
            faults_dir=self._settings.faults_dir,
            access=self._access(),
        )
        self._parts += services.parts()
        prometheus = self._prometheus(doors)
        return Assembly(self._wanted_parts(), endpoints, doors, secrets, prometheus)

    def _prometheus(self, doors: Doors) -> str | None:
        if not self._settings.observe or not self._wants("prometheus"):
            return None
        port = self._book.choose(9090, "PROMETHEUS_PORT", self._settings.prometheus_port)
        observing = PrometheusPart(self._settings.layout, find_prometheus(), port, doors.peers())
        self._parts.append(observing.part())
        return observing.url

    def _secrets(self) -> Mapping[str, str]:
        """Only for a run with services: parts alone need none."""
        settings = self._settings
        if self._only and not self._only & {"ingest", "notify"}:
            return {}
        overlays = [settings.overlay] if settings.overlay else []
        return city_secrets(self._city(), overlays, settings.secrets, partial(self._say, "pack"))

    def _city(self) -> Path:
        """The pack's folder. Raises StackError where there is none."""
        settings = self._settings
        city = REPOSITORY / "deploy" / "cities" / settings.city
        if not city.is_dir():
            cities = ", ".join(sorted(folder.name for folder in city.parent.iterdir() if folder.is_dir()))
            french, english = f"choisissez parmi {cities}", f"choose among {cities}"
            raise StackError(wrong_setting("VIGIE_CITY", settings.city, french, english))
        return city

    def _access(self) -> Mapping[str, str]:
        """What dispatch knows people by."""
        if not self._wants("dispatch"):
            return {}
        settings = self._settings
        return {
            **access_secrets(settings.secrets, partial(self._say, "dispatch")),
            "VIGIE_ACCOUNTS": settings.accounts,
            "VIGIE_DEMO_PIN": settings.demo_pin.get_secret_value(),
        }

    def _wants(self, name: str) -> bool:
        return not self._only or name in self._only

    def _wanted_parts(self) -> tuple[Part, ...]:
        known = {part.name for part in self._parts} | {"kafka", "postgres", "mqtt"}
        unknown = sorted(self._only - known)
        if unknown:
            names = ", ".join(sorted(known))
            raise StackError(wrong_setting("--only", unknown[0], f"choisissez parmi {names}", f"choose among {names}"))
        wanted = (p for p in self._parts if self._wants(p.name) or self._wants(p.name.rsplit("-", 1)[0]))
        least = self._settings.ready_seconds
        return tuple(replace(part, ready_seconds=max(part.ready_seconds, least)) for part in wanted)

    def _kafka(self) -> str:
        settings = self._settings
        if settings.kafka is not None:
            return settings.kafka
        if not self._wants("kafka"):
            return ""
        book = self._book
        clients = [book.choose(9092 + 2 * i, "KAFKA_PORT", self._first(i)) for i in range(settings.brokers)]
        ports = [BrokerPorts(client=port, controller=book.free()) for port in clients]
        jars = fetch_jars(settings.cache, partial(self._say, "kafka"))
        kafka = KafkaParts(settings.layout, require_java(), jars, ports)
        self._parts += kafka.parts()
        return kafka.bootstrap

    def _first(self, index: int) -> int | None:
        return self._settings.kafka_port if index == 0 else None

    def _postgres(self) -> str:
        settings = self._settings
        if settings.database is not None:
            return settings.database.get_secret_value()
        if not self._wants("postgres"):
            return ""
        binaries = packaged_binaries()
        port = self._book.choose(5432, "POSTGRES_PORT", settings.postgres_port)
        account = account_for(binaries, settings.var)
        postgres = PostgresPart(settings.layout, binaries, port, account=account)
        self._parts.append(postgres.part())
        return postgres.url

    def _mqtt(self) -> tuple[str, str]:
        """The broker's URL, and the one that ingest uses."""
        settings = self._settings
        if settings.mqtt is not None:
            return settings.mqtt, settings.mqtt
        if not self._wants("mqtt"):
            return "", ""
        port = self._book.choose(1883, "MQTT_PORT", settings.mqtt_port)
        users = self._mqtt_users()
        passwords = mqtt_passwords((user.name for user in users), settings.secrets, partial(self._say, "mqtt"))
        mqtt = MqttPart(settings.layout, port, mosquitto=find_mosquitto(), passwords=passwords, users=users)
        self._parts.append(mqtt.part())
        return mqtt.url, mqtt.ingest_url

    def _mqtt_users(self) -> tuple[MqttUser, ...]:
        """Where people sign in, cameras do so too: those of the pack that this run applies. Else the broker is open."""
        settings = self._settings
        if settings.accounts == "open" or not self._wants("pack"):
            return ()
        try:
            pack = load_pack(self._city(), [settings.overlay] if settings.overlay else [])
        except PackInvalid:
            return ()  # the step that applies it says what is wrong
        return tuple(users_of(pack))
