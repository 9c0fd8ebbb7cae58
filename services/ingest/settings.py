"""Settings of an ingest process, from the environment."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from services.chassis.settings import ProcessSettings
from services.chassis.tls import Tls


class IngestSettings(ProcessSettings):
    """Field names in capitals are the variables."""

    ingest_http_port: Annotated[int, Field(ge=0, le=65535)] = 8101
    ingest_dc09_port: Annotated[int, Field(ge=0, le=65535)] = 12309
    ingest_centre: Annotated[str, Field(pattern=r"^[0-9][0-9AB][0-9]{3}$")] | None = None
    """INSEE code of the centre that gets signals of unknown devices, where several packs are held."""
    ingest_acknowledge_within_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    """The longest that a device waits for an answer, whatever fails. A panel's own time-out is 5 to 20 s."""
    ingest_kafka_within_s: Annotated[float, Field(gt=0, le=10)] = 1.0
    """A signal without Kafka's word after this goes to the journal, and those after it at once."""
    ingest_urgent_within_s: Annotated[float, Field(gt=0, le=10)] = 0.25
    """An urgent one goes to the journal, and to dispatch by the second path, after this already."""
    ingest_journal_max_bytes: Annotated[int, Field(ge=0)] = 268_435_456
    """About 300,000 signals; the last tenth is for urgent ones. Full: devices repeat."""
    ingest_pack_grace_s: Annotated[float, Field(ge=0)] = 30.0
    """How long after its start a process without a pack refuses; then it accepts and flags `no_pack`."""
    ingest_dc09_connections: Annotated[int, Field(ge=1)] = 1024
    ingest_dc09_per_address: Annotated[int, Field(ge=1)] = 128
    """Of those, from one address; a gateway may speak for many panels. Past it the quietest of them is closed."""
    ingest_dc09_idle_s: Annotated[float, Field(gt=0)] = 600.0
    """A connection is closed after this long without a byte; panels that poll do so every few minutes."""
    ingest_dc09_partial_s: Annotated[float, Field(gt=0)] = 10.0
    """A frame that has begun must end within this."""
    ingest_max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    """1,000 signals of about 300 bytes, three times over."""
    ingest_http_connections: Annotated[int, Field(ge=1)] = 4096
    ingest_http_per_address: Annotated[int, Field(ge=1)] = 512
    """Of those, from one address (a mobile network's or proxy's stands for many). Past it the quietest is closed."""
    ingest_http_request_s: Annotated[float, Field(gt=0)] = 15.0
    """A request must have come whole within this, header and body."""
    ingest_trace_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Of the signals that bring nobody soon: what is urgent, raised with P1 or P2, traced by its sender or not
    acknowledged is traced always."""
    ingest_supervision: bool = True
    """Whether this process takes part in reporting silent devices; those that do share them out."""
    ingest_person_key: SecretStr | None = None
    """Keys the pseudonyms of SOS senders; made and kept in VIGIE_STATE_DIR where not set."""
    ingest_signatures_file: Path | None = None
    """Which signed messages were heard. Processes of one machine may share it, so that no replay passes at the other's
    door; else `signatures.sqlite` in VIGIE_STATE_DIR."""
    ingest_mqtt_client_id: Annotated[str, Field(min_length=1, max_length=64)] = "vigie-ingest"
    """Fixed, so that the broker keeps this process's session; two processes need two."""
    ingest_tls_cert: Path | None = None
    """PEM; with it and its key the HTTP door speaks HTTPS."""
    ingest_tls_key: Path | None = None
    ingest_tls_client_ca: Path | None = None
    """PEM; the authority of devices' certificates (docs/devices.md)."""
    dispatch_urls: str = "http://127.0.0.1:8100"
    """Dispatch's doors for the second path, comma separated; empty: no second path."""
    dispatch_service_token: SecretStr | None = None
    """What dispatch knows us by; else the file DISPATCH_SERVICE_TOKEN in VIGIE_SECRETS_DIR, if there is one."""
    mqtt_url: str = "mqtt://127.0.0.1:1883"

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.ingest_tls_cert is None) != (self.ingest_tls_key is None):
            raise ValueError("INGEST_TLS_CERT and INGEST_TLS_KEY go together")
        if self.ingest_tls_client_ca is not None and self.ingest_tls_cert is None:
            raise ValueError("INGEST_TLS_CLIENT_CA needs INGEST_TLS_CERT and INGEST_TLS_KEY")
        return self

    @property
    def tls(self) -> Tls | None:
        """TLS of the HTTP door, if it has any."""
        if self.ingest_tls_cert is None or self.ingest_tls_key is None:
            return None
        return Tls(self.ingest_tls_cert, self.ingest_tls_key, self.ingest_tls_client_ca)
