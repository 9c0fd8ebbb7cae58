"""The services' board: which one is stuck, and on what."""

from deploy.grafana.panels import Board, Panel, quantile, rate

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
                    "Le plus ancien attend / the oldest waits",
                    (
                        ("outbox", "max(vigie_dispatch_outbox_oldest_seconds)"),
                        ("journal {{instance}}", "max by (instance) (vigie_ingest_journal_oldest_seconds)"),
                    ),
                    "s",
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
