"""What the two boards show: rows of panels, each a question that somebody asks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One picture. `queries`: legend and PromQL. `unit`: as Grafana names it. `kind`: `timeseries` or `stat`."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    red_above: float | None = None


@dataclass(frozen=True)
class Board:
    """One page; its rows have a heading each."""

    uid: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]


def quantile(share: float, name: str, by: str = "", where: str = "") -> str:
    """A quantile over five minutes of a histogram, by further labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({name}_bucket{where}[5m])))"


def rate(name: str, by: str = "", where: str = "") -> str:
    """A second, over a minute."""
    return f"sum{f' by ({by})' if by else ''} (rate({name}{where}[1m]))"


ROOM = Board(
    "vigie-room",
    "Vigie · la salle / the room",
    (
        (
            "Maintenant / now",
            (
                Panel(
                    "P1 que personne n'a acquittés / unacknowledged P1",
                    (("P1", "max(vigie_dispatch_unacknowledged_p1)"),),
                    kind="stat",
                    width=6,
                    red_above=1,
                ),
                Panel(
                    "Missions qui attendent une unité / tasks waiting",
                    (("missions / tasks", "max(vigie_dispatch_tasks_waiting)"),),
                    kind="stat",
                    width=6,
                    red_above=1,
                ),
                Panel(
                    "Alarmes du système / system alarms",
                    (("{{alarm}}", "max by (alarm) (vigie_dispatch_system_alarms)"),),
                    kind="stat",
                    width=6,
                    red_above=1,
                ),
                Panel(
                    "Écrans et tablettes / screens and tablets",
                    (("{{instance}}", "vigie_dispatch_stream_clients"),),
                    kind="stat",
                    width=6,
                ),
            ),
        ),
        (
            "L'aide arrive-t-elle à temps ? / is help in time?",
            (
                Panel(
                    "Alarme → proposition, P90 / alarm → offer",
                    (
                        (
                            "{{priority}}",
                            quantile(0.9, "vigie_dispatch_alarm_to_offer_seconds", "priority"),
                        ),
                    ),
                    "s",
                    red_above=60,
                ),
                Panel(
                    "Proposition → sur place, P90 / offer → on scene",
                    (
                        (
                            "{{priority}}",
                            quantile(0.9, "vigie_dispatch_offer_to_scene_seconds", "priority"),
                        ),
                    ),
                    "s",
                ),
                Panel(
                    "SOS d'essai / synthetic SOS",
                    (
                        ("P50", quantile(0.5, "vigie_dispatch_synthetic_sos_seconds")),
                        ("P99", quantile(0.99, "vigie_dispatch_synthetic_sos_seconds")),
                    ),
                    "s",
                    red_above=5,
                ),
            ),
        ),
        (
            "Ce que la salle doit porter / what the room has to bear",
            (
                Panel(
                    "Incidents ouverts en 10 min (EEMUA 191 : 1 tenable, 10 trop) / opened in 10 minutes",
                    (
                        (
                            "{{priority}}",
                            'sum by (priority) (increase(vigie_dispatch_incident_events_total{event="opened"}[10m]))',
                        ),
                    ),
                    red_above=10,
                ),
                Panel(
                    "Alarmes par opérateur en 10 min / alarms per operator in 10 minutes",
                    (("{{centre}}", "max by (centre) (vigie_dispatch_alarms_per_operator)"),),
                    red_above=10,
                ),
                Panel(
                    "Opérateurs présents / operators present",
                    (("{{centre}}", "max by (centre) (vigie_dispatch_operators)"),),
                ),
                Panel(
                    "Part de fausses alertes en 30 jours / false alarms in 30 days",
                    (("{{site}}", "max by (centre, site) (vigie_dispatch_false_alarm_share)"),),
                    "percentunit",
                ),
                Panel(
                    "Appareils bavards / chattering devices",
                    (("appareils / devices", "max(vigie_dispatch_chattering_devices)"),),
                ),
                Panel(
                    "Issues du tri / outcomes of screening",
                    (("{{outcome}} {{reason}}", rate("vigie_screening_outcomes_total", "outcome, reason")),),
                    "ops",
                ),
                Panel(
                    "Part de la demande couverte / demand within reach",
                    (("{{centre}}", "max by (centre) (vigie_dispatch_expected_coverage)"),),
                    "percentunit",
                ),
                Panel(
                    "Appareils silencieux / silent devices",
                    (("appareils / devices", "max(vigie_ingest_devices_lost)"),),
                ),
                Panel(
                    "Doublons / duplicates",
                    (("{{what}}", "sum by (what) (increase(vigie_dispatch_duplicates_total[1h]))"),),
                ),
                Panel(
                    "Rapports des tablettes / reports from tablets",
                    (("{{step}} {{verdict}}", rate("vigie_dispatch_unit_reports_total", "step, verdict")),),
                    "ops",
                ),
            ),
        ),
    ),
)

SERVICES = Board(
    "vigie-services",
    "Vigie · les services / the services",
    (
        (
            "Le chemin d'un SOS / the way of an SOS",
            (
                Panel("Répond / answers", (("{{service}} {{instance}}", 'up{job="vigie"}'),), kind="stat", width=24),
                Panel("1 · porte / door", (("{{door}}", rate("vigie_ingest_signals_total", "door")),), "ops", width=6),
                Panel(
                    "2 · voie urgente / urgent lane",
                    (("{{nature}}", rate("vigie_ingest_urgent_signals_total", "nature")),),
                    "ops",
                    width=6,
                ),
                Panel(
                    "3 · lu par dispatch / read",
                    (("{{topic}} {{result}}", rate("vigie_dispatch_records_handled_total", "topic, result")),),
                    "ops",
                    width=6,
                ),
                Panel(
                    "4 · propositions / offers",
                    (("{{reason}}", rate("vigie_dispatch_offers_total", "reason")),),
                    "ops",
                    width=6,
                ),
            ),
        ),
        (
            "Débit, erreurs, durée / rate, errors, duration",
            (
                Panel(
                    "Requêtes / requests",
                    (("{{service}} {{status}}", rate("vigie_http_request_seconds_count", "service, status")),),
                    "reqps",
                ),
                Panel(
                    "Refus et fautes par route / refusals and faults",
                    (
                        (
                            "{{service}} {{method}} {{route}} {{status}}",
                            rate(
                                "vigie_http_request_seconds_count",
                                "service, method, route, status",
                                '{status=~"4xx|5xx"}',
                            ),
                        ),
                    ),
                    "reqps",
                ),
                Panel(
                    "P99 par route / by route",
                    (("{{service}} {{route}}", quantile(0.99, "vigie_http_request_seconds", "service, route")),),
                    "s",
                ),
                Panel(
                    "Durable en / durable within, P99",
                    (("{{door}}", quantile(0.99, "vigie_ingest_durable_seconds", "door")),),
                    "s",
                ),
                Panel(
                    "Lot de screening, regroupement / batch, correlation, P99",
                    (
                        ("screening", quantile(0.99, "vigie_screening_batch_seconds")),
                        ("correlation", quantile(0.99, "vigie_correlation_seconds")),
                    ),
                    "s",
                ),
                Panel(
                    "Messages / notifications",
                    (
                        (
                            "{{channel}} {{outcome}}",
                            rate("vigie_notify_attempts_total", "channel, outcome"),
                        ),
                    ),
                    "ops",
                ),
            ),
        ),
        (
            "Ce qui attend / what waits",
            (
                Panel(
                    "Retard sur Kafka / behind Kafka",
                    (("{{service}} {{topic}}", "max by (service, topic) (vigie_kafka_consumer_lag)"),),
                ),
                Panel(
                    "Outbox, journal, réconciliateur",
                    (
                        ("outbox", "max(vigie_dispatch_outbox_depth)"),
                        ("journal {{instance}}", "max by (instance) (vigie_ingest_journal_entries)"),
                        ("réconciliateur / reconciler", "max(vigie_dispatch_reconciler_waiting)"),
                        ("notify", "max(vigie_notify_pending)"),
                        ("porte / door", "max(vigie_ingest_requests_waiting)"),
                    ),
                ),
                Panel(
                    "Sans suite / without an outcome",
                    (("{{standing}}", "sum by (standing) (vigie_dispatch_unreconciled_signals)"),),
                    red_above=1,
                ),
                Panel(
                    "Mis de côté / kept aside",
                    (("{{topic}}", "sum by (topic) (increase(vigie_dead_letters_total[10m]))"),),
                ),
                Panel(
                    "Refusés / refused",
                    (
                        ("porte / door {{reason}}", rate("vigie_ingest_not_accepted_total", "reason")),
                        ("dispatch {{reason}}", rate("vigie_dispatch_refused_requests_total", "reason")),
                    ),
                    "ops",
                ),
                Panel(
                    "Reprises / retries",
                    (
                        ("{{service}} {{loop}}", rate("vigie_loop_retries_total", "service, loop")),
                        ("transaction {{cause}}", rate("vigie_dispatch_transaction_retries_total", "cause")),
                    ),
                    "ops",
                ),
            ),
        ),
        (
            "Processeur et mémoire / processor and memory",
            (
                Panel(
                    "Processeur / processor",
                    (("{{service}} {{instance}}", "rate(process_cpu_seconds_total[1m])"),),
                    "percentunit",
                    width=12,
                ),
                Panel(
                    "Mémoire / memory",
                    (("{{service}} {{instance}}", "process_resident_memory_bytes"),),
                    "bytes",
                    width=12,
                ),
            ),
        ),
    ),
)
BOARDS = (ROOM, SERVICES)
