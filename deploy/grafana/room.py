"""The room's board: is help in time, and what the room has to bear."""

from deploy.grafana.panels import Board, Panel, quantile, rate

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
