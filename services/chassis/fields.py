"""The words of logs and spans as a closed vocabulary: each is declared once, with type, unit and meaning.

One thing has one name: in a log line, in a span and, where it is a label, in a metric. Where OpenTelemetry has a name
for it, spans bear that one. `docs/logs.md` is made from this; a contract test holds every call against it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One word. `kind`: id, word (of an enumeration of ours), name, text, number or flag."""

    name: str
    kind: str
    unit: str
    meaning: str
    in_spans: str = ""
    """OpenTelemetry's name for it, where it has one."""


_DECLARED = (
    # Every line.
    Field("timestamp", "text", "", "When, UTC, ISO 8601."),
    Field("level", "word", "", "`debug`, `info`, `warning`, `error` or `critical`."),
    Field("service", "name", "", "The service that says it.", "service.name"),
    Field("module", "name", "", "Where in the code; for `library_said` the library's logger."),
    Field("event", "word", "", "What happened; the table below has them all."),
    Field("trace_id", "id", "", "The trace of the record, request or incident that it is about, where there is one."),
    # Why, and what went wrong.
    Field("reason", "word", "", "Why it was decided so: the same word in log, span, metric, audit and API."),
    Field("outcome", "word", "", "How a signal or a notification ended."),
    Field("verdict", "word", "", "What follows from a decision about a notification."),
    Field("result", "word", "", "What became of a frame, message or probe, as its metric counts it."),
    Field("error", "name", "", "The class of an exception.", "error.type"),
    Field("detail", "text", "", "The first line of what an exception or library says, 200 characters at most."),
    Field("exception", "text", "", "Frames, classes and first lines of an exception and those behind it."),
    # What it is about.
    Field("signal_id", "id", "", "A device's message; its alarm has the same."),
    Field("situation_id", "id", "", "Alarms that correlation takes for one happening."),
    Field("incident_id", "id", "", "What a person handles."),
    Field("incident_event", "word", "", "What was recorded about an incident; the metrics' label `event`."),
    Field("version", "text", "", "Of an incident, growing from 1; of a city pack, a hash."),
    Field("broadcast_id", "id", "", "A description sent to patrols."),
    Field("move_up_id", "id", "", "An order to cover another post."),
    Field("silence_id", "id", "", "A silence set by an operator."),
    Field("street_change_id", "id", "", "A closure or speed of a street."),
    Field("key", "id", "", "A notification: what its receiver knows a repeat by."),
    Field("device", "id", "", "As the city pack names it."),
    Field("unit", "id", "", "As the city pack names it."),
    Field("recipient", "id", "", "An agency of the city pack, or `shift_lead`."),
    Field("centre", "id", "", "INSEE code."),
    Field("post", "id", "", "Where units wait, as the city pack names it."),
    Field("scope", "name", "", "What a silence covers: centre and device, site or nature."),
    Field("alarm", "word", "", "One of the system's own."),
    Field("door", "word", "", "By which way a signal came in."),
    Field("nature", "word", "", "What a signal reports."),
    Field("phase", "word", "", "Raised, updated, cancelled, restored, …"),
    Field("step", "word", "", "Of a move-up, or what an officer reports."),
    Field("about", "word", "", "What a broadcast describes."),
    Field("standing", "word", "", "Where a signal without outcome or incident was found to stand."),
    # The wire.
    Field("topic", "name", "", "Of Kafka.", "messaging.destination.name"),
    Field("partition", "number", "", "Of Kafka."),
    Field("partitions", "number", "partitions", "How many of them."),
    Field("offset", "number", "", "Of Kafka."),
    Field("expected", "number", "", "The offset that had to come."),
    Field("records", "number", "records", "Of Kafka.", "messaging.batch.message_count"),
    Field("mqtt_topic", "name", "", "Of the cameras' broker."),
    Field("transport", "word", "", "`tcp` or `udp`."),
    Field("token", "name", "", "What kind of DC-09 frame: `SIA-DCS`, `ADM-CID`, …"),
    Field("encrypted", "flag", "", "Of a DC-09 frame."),
    Field("sequence", "number", "", "Of a DC-09 frame."),
    Field("method", "word", "", "Of HTTP.", "http.request.method"),
    Field("route", "name", "", "A path with its parameters' names, not their values.", "http.route"),
    Field("status", "number", "", "Of HTTP.", "http.response.status_code"),
    Field("url", "name", "", "Another service's address from the settings, without path or query."),
    Field("port", "number", "", "That a process listens on."),
    Field("reference", "name", "", "Where a secret is kept (`env:…`, `file:…`), never the secret."),
    # How it runs.
    Field("attempt", "number", "attempts", "Which try, from 1."),
    Field("count", "number", "", "How many of what the event names."),
    Field("rows", "number", "rows", "Of the door's journal."),
    Field("seq", "number", "", "A row of the door's journal."),
    Field("known", "number", "notifications", "That were written before."),
    Field("withdrawn", "number", "subjects", "Whose unsent notifications are taken back."),
    Field("destroyed", "number", "rows", "Past their time, by class of data."),
    Field("seconds", "number", "seconds", "How long it took."),
    Field("silence_s", "number", "seconds", "How long a device has been silent."),
    Field("stands", "flag", "", "True where an alarm begins, false where it ends."),
    Field("under_test", "flag", "", "Of a silence: a site under test."),
    Field("legal_bases", "number", "bases", "For camera analytics, in a city pack."),
    Field("file", "name", "", "A path on this machine."),
    Field("basis", "word", "", "What travel times rest on."),
    Field("engine", "name", "", "What computes travel times."),
    Field("nodes", "number", "nodes", "Of a street network."),
    Field("arcs", "number", "arcs", "Of a street network."),
    Field("waiter", "name", "", "PostgreSQL's application_name of who waits for a lock."),
    Field("holder", "name", "", "PostgreSQL's application_name of who holds it."),
    Field("state", "name", "", "PostgreSQL's state of the holder."),
    Field("waits_for", "name", "", "PostgreSQL's wait_event of the holder."),
)
FIELDS: dict[str, Field] = {field.name: field for field in _DECLARED}
SPAN_ATTRIBUTES: dict[str, Field] = {field.in_spans or field.name: field for field in _DECLARED}
"""The same by the name that spans give it."""
FROM_INSTRUMENTATION = frozenset(
    {"server.address", "server.port", "url.path", "url.scheme", "url.query", "network.protocol.version"}
)
"""What FastAPI puts into its spans beside; a query is always `…`."""
EVERY_LINE = ("timestamp", "level", "service", "module", "event")
