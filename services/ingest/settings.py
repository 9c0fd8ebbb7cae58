"""Settings of an ingest process, from the environment."""

from typing import Annotated

from pydantic import Field, SecretStr

from services.chassis.settings import ProcessSettings


class IngestSettings(ProcessSettings):
    """Field names in capitals are the variables."""

    ingest_http_port: Annotated[int, Field(ge=0, le=65535)] = 8101
    ingest_dc09_port: Annotated[int, Field(ge=0, le=65535)] = 12309
    ingest_centre: Annotated[str, Field(pattern=r"^[0-9][0-9AB][0-9]{3}$")] | None = None
    """INSEE code of the centre that gets signals of unknown devices, where several packs are held."""
    ingest_acknowledge_within_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    """How long a device waits for Kafka's word before it is told to repeat. A panel's own time-out is 5 to 20 s."""
    ingest_pack_grace_s: Annotated[float, Field(ge=0)] = 30.0
    """How long after its start a process without a pack refuses; then it accepts and flags `no_pack`."""
    ingest_dc09_connections: Annotated[int, Field(ge=1)] = 1024
    ingest_dc09_idle_s: Annotated[float, Field(gt=0)] = 600.0
    """A connection is closed after this long without a byte; panels that poll do so every few minutes."""
    ingest_dc09_partial_s: Annotated[float, Field(gt=0)] = 10.0
    """A frame that has begun must end within this."""
    ingest_max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    """1,000 signals of about 300 bytes, three times over."""
    ingest_supervision: bool = True
    """Whether this process reports silent devices; with several ingest processes exactly one should."""
    ingest_person_key: SecretStr | None = None
    """Keys the pseudonyms of SOS senders; made and kept in VIGIE_STATE_DIR where not set."""
    ingest_mqtt_client_id: Annotated[str, Field(min_length=1, max_length=64)] = "vigie-ingest"
    """Fixed, so that the broker keeps this process's session; two processes need two."""
    mqtt_url: str = "mqtt://127.0.0.1:1883"
