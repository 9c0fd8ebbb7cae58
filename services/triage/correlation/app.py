"""The Faust application: its settings, each for a measured reason (ARCHITECTURE.md, “Faust”)."""

import ssl
from pathlib import Path

import faust
from faust.types.enums import ProcessingGuarantee
from yarl import URL

from services.triage.correlation.steady_transport import steady
from services.triage.settings import CorrelationSettings

APP_ID = "triage-correlation"


def build_app(settings: CorrelationSettings, folder: Path) -> faust.App:
    """An app that declares no topic, elects no leader, serves no web page and pickles nothing."""
    app = faust.App(
        APP_ID,
        broker=[URL(f"kafka://{server.strip()}") for server in settings.kafka_bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings),
        datadir=folder,
        store="rocksdb://",
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee=ProcessingGuarantee.AT_LEAST_ONCE,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_group_instance_id=f"{APP_ID}-{settings.correlation_instance}",
        broker_session_timeout=6,
        broker_heartbeat_interval=1.5,
        broker_max_poll_records=100,
        broker_commit_interval=0.5,
        stream_buffer_maxsize=64,
        stream_wait_empty=False,  # what was refused is never acknowledged; waiting for it would be in vain
        producer_acks=-1,
        producer_request_timeout=10,
        producer_linger=0.0,
        consumer_auto_offset_reset="earliest",
        autodiscover=False,
    )
    return steady(app)


def _credentials(settings: CorrelationSettings) -> "faust.SASLCredentials | faust.SSLCredentials | None":
    """What the other clients get from librdkafka's settings."""
    encrypted = settings.kafka_security_protocol in {"SSL", "SASL_SSL"}
    authority = settings.kafka_ssl_ca_location
    context = ssl.create_default_context(cafile=str(authority) if authority else None) if encrypted else None
    if settings.kafka_security_protocol.startswith("SASL") and settings.kafka_sasl_password is not None:
        return faust.SASLCredentials(
            mechanism=settings.kafka_sasl_mechanism,
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password.get_secret_value(),
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context is not None else None
