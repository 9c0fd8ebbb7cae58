"""`python -m deploy.words [--check]`: writes docs/logs.md from `services/chassis/fields.py` and the calls themselves.

`--check` writes nothing: exit code 1 where the page says something else.
"""

import sys

from deploy.local.layout import REPOSITORY
from deploy.words.calls import ALWAYS, LEVELS, Said, sources
from services.chassis.fields import EVERY_LINE, FIELDS, FROM_INSTRUMENTATION
from services.chassis.logs import LIBRARY

PAGE = REPOSITORY / "docs" / "logs.md"
SERVICES = (ALWAYS, "ingest", "screening", "correlation", "screening and correlation", "dispatch", "notify")
HEAD = """# Logs and traces

Each service writes one JSON object a line to standard output, libraries' lines too. This page is made by `make metrics`
from `services/chassis/fields.py` and from the calls themselves. One thing has one name in logs, spans and labels of
metrics; where OpenTelemetry has a name for it, spans bear that one. `trace_id` leads from a line to its trace
(`./vigie trace ID`). No line has a person, a position, a secret or what somebody wrote.
"""


def main() -> None:
    """Writes, or with `--check` compares."""
    told = page()
    if PAGE.exists() and PAGE.read_text("utf-8") == told:
        return
    if "--check" in sys.argv[1:]:
        raise SystemExit("docs/logs.md est périmé : make metrics. / docs/logs.md is out of date: make metrics.")
    PAGE.write_text(told, "utf-8")


def page() -> str:
    """The whole page: words, events and spans, a table each."""
    return "\n".join([HEAD, *_words(), *_events(), *_spans()])


def _words() -> list[str]:
    rows = [
        f"| `{field.name}` | {field.kind} | {field.unit} | {_code(field.in_spans)} | {field.meaning} |"
        for field in FIELDS.values()
    ]
    every = ", ".join(f"`{name}`" for name in EVERY_LINE)
    said = f"Every line has {every}. A type `word` is a value of one of our enumerations."
    return ["## Words", "", said, "", "| Name | Type | Unit | In spans | Meaning |", "|---|---|---|---|---|", *rows, ""]


def _code(name: str) -> str:
    return f"`{name}`" if name else ""


def _events() -> list[str]:
    """An event a row: what several places say has the words of all of them."""
    parts = ["## Events", ""]
    for service in SERVICES:
        rows = [_row(event, said) for event, said in sorted(_by_event(service).items())]
        if service == ALWAYS:
            rows.append(f"| `{LIBRARY}` | as the library has it | `detail`, `exception` |")
        if rows:
            parts += [f"### {service}", "", "| Event | Level | Words |", "|---|---|---|", *rows, ""]
    return parts


def _by_event(service: str) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for source in sources():
        for said in source.logged() if source.service == service else ():
            found.setdefault(said.event, []).append(said)
    return found


def _row(event: str, said: list[Said]) -> str:
    levels = {level for one in said for level in one.levels}
    fields = {name for one in said for name in one.fields}
    in_order = [f"`{name}`" for name in FIELDS if name in fields]
    return f"| `{event}` | {', '.join(level for level in LEVELS if level in levels)} | {', '.join(in_order)} |"


def _spans() -> list[str]:
    rows = []
    for service in SERVICES:
        names = {name for source in sources() if source.service == service for name in source.attributes()}
        if names:
            rows.append(f"| {service} | {', '.join(f'`{name}`' for name in sorted(names))} |")
    beside = ", ".join(f"`{name}`" for name in sorted(FROM_INSTRUMENTATION))
    said = f"Requests' spans are FastAPI's, with {beside} beside the words above; a query is always `…`."
    return ["## Attributes of spans", "", said, "", "| Service | Attributes |", "|---|---|", *rows, ""]


if __name__ == "__main__":
    main()
