"""`python -m deploy.prometheus [--check]`: writes docs/metrics.md from the metrics that the services declare, and from
the rules the run-books' index; from the last drills docs/alerts.md and how each run-book says to try its alerts.

`--check` writes nothing: exit code 1 where a page says something else.
"""

import sys

from deploy.local.layout import REPOSITORY
from deploy.prometheus import drilled, run_books
from deploy.prometheus.vocabulary import EVERY, SERVICES, declared, service_of

PAGE = REPOSITORY / "docs" / "metrics.md"
HEAD = """# Metrics

What `/metrics` of each service shows, made by `make metrics` from the declarations in `services/*/metrics.py`. Labels
hold enums, topics, routes and services, never an id or a person. Alerts on them: `deploy/prometheus/vigie.rules.yml`.
"""


def main() -> None:
    """Writes, or with `--check` compares."""
    for file, told in ((PAGE, page()), (run_books.INDEX, run_books.index()), *drilled.made()):
        if file.exists() and file.read_text("utf-8") == told:
            continue
        if "--check" in sys.argv[1:]:
            name = file.relative_to(REPOSITORY)
            raise SystemExit(f"{name} est périmé : make metrics. / {name} is out of date: make metrics.")
        file.write_text(told, "utf-8")


def page() -> str:
    """The whole page, a table a service."""
    parts = [HEAD]
    for service in (EVERY, *SERVICES):
        lines = [
            f"| `{metric.name}` | {metric.kind} | {metric.unit} | {', '.join(metric.labels)} | {metric.meaning} |"
            for metric in declared()
            if service_of(metric) == service
        ]
        parts += [f"## {service}", "", "| Name | Type | Unit | Labels | Meaning |", "|---|---|---|---|---|", *lines, ""]
    return "\n".join(parts)


if __name__ == "__main__":
    main()
