"""Screening as a Quix Streams application, in an environment of its own: `python app.py BROKERS GROUP STATE RULES`.

The rules are those of services/triage/screening for raises and heartbeats, with Quix's state by device, as its
documentation has it. Ends on SIGTERM.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quixstreams import Application, State  # type: ignore[import-not-found]  # in an environment of its own

BROKERS, GROUP, FOLDER, RULES = sys.argv[1:5]
rules: dict[str, Any] = json.loads(Path(RULES).read_text(encoding="utf-8"))
LIMITS, URGENT, FAULTS = rules["limits"], frozenset(rules["urgent"]), frozenset(rules["faults"])
COPIED = ("site", "zone", "place", "sector", "position", "subject", "flags", "attributes")
Decision = tuple[str, str, "str | None", int, "str | None", bool, dict[str, Any]]
"""Outcome, reason, first, count, silence, operator confirms, inputs."""


def screen(signal: dict[str, Any], key: Any, timestamp: int, headers: Any, state: State) -> dict[str, Any]:
    """The outcome and, where there is one, the alarm."""
    decision = decide(signal, timestamp / 1000, state)
    moment = datetime.fromtimestamp(timestamp / 1000, UTC).isoformat(timespec="milliseconds")
    moment = moment.replace("+00:00", "Z")
    return {"outcome": outcome(signal, decision, moment), "alarm": alarm(signal, decision, moment)}


def decide(signal: dict[str, Any], at: float, state: State) -> Decision:
    """The order of the rules."""
    if signal["phase"] == "heartbeat":
        return "supervision", "heartbeat", None, 0, None, False, {}
    device = state.get("device") or {"repeats": {}, "streams": {}}
    decision = repeated(signal, at, device) or judged(signal, at, device)
    state.set("device", device)
    return decision


def repeated(signal: dict[str, Any], at: float, device: dict[str, Any]) -> Decision | None:
    """The same mark and bytes within two minutes."""
    fingerprint, firsts, within = signal["fingerprint"], device["repeats"], LIMITS["repeat_within"]
    if fingerprint is None:
        return None
    while firsts:
        oldest = next(iter(firsts))
        if firsts[oldest][1] >= at - within:
            break
        del firsts[oldest]
    known = firsts.get(fingerprint)
    if known is None:
        firsts[fingerprint] = [signal["signal_id"], at]
        return None
    inputs = {"fingerprint": fingerprint, "repeat_within_s": within}
    return "repeat", "same_mark", known[0], 0, None, False, inputs


def judged(signal: dict[str, Any], at: float, device: dict[str, Any]) -> Decision:
    """The law, silences, chatter."""
    urgent, fault = signal["nature"] in URGENT, signal["nature"] in FAULTS
    inputs: dict[str, Any] = {}
    analytic = signal["use_case"] is not None or (signal["device_kind"] == "camera" and not fault)
    refusal = ruling(signal, at, inputs) if analytic else None
    if refusal is not None and not urgent:
        return "refused", refusal, None, 0, None, False, inputs
    silence = silenced(signal, at)
    if urgent:
        return raised(silence, refusal, inputs)
    if silence is not None:
        inputs["silence_ends_at"] = silence[3]
        return "silenced", "site_under_test" if silence[4] else "silenced", None, 0, silence[0], False, inputs
    return shown(signal, at, device, fault, inputs)


def ruling(signal: dict[str, Any], at: float, inputs: dict[str, Any]) -> str | None:
    """Why the law refuses it; None where it does not."""
    use, centre = signal["use_case"], rules["centres"].get(signal["origin"]["centre"])
    inputs |= {"use_case": use or "", "pack": centre["pack_version"] if centre else "none"}
    if use is None:
        return "unknown_use_case"
    if centre is None:
        return "no_legal_basis"
    if use not in centre["known"]:
        return "unknown_use_case"
    named = [
        b for b in centre["bases"] if b["use_case"] == use and (not b["cameras"] or signal["device"] in b["cameras"])
    ]
    in_force = [b for b in named if b["starts_at"] <= at < b["ends_at"]]
    over = [b for b in named if b["ends_at"] <= at]
    if not in_force and not over:
        return "no_legal_basis"
    basis = in_force[0] if in_force else max(over, key=lambda b: float(b["ends_at"]))
    inputs |= {"basis": basis["basis"], "basis_starts_at": basis["starts_at"], "basis_ends_at": basis["ends_at"]}
    inputs["approver"] = basis["approver"]
    return None if in_force else "legal_basis_expired"


def silenced(signal: dict[str, Any], at: float) -> list[Any] | None:
    """The silence over its device, site or sector."""
    centre = signal["origin"]["centre"]
    for field in ("device", "site", "sector"):
        for silence in rules["silences"].get(f"{centre}/{field}:{signal[field]}", ()) if signal[field] else ():
            if silence[2] <= at < silence[3]:
                return list(silence)
    return None


def raised(silence: list[Any] | None, refusal: str | None, inputs: dict[str, Any]) -> Decision:
    """An urgent one is always an alarm."""
    reason, name = refusal or "urgent", None
    if silence is not None:
        inputs["silence_ends_at"], reason, name = silence[3], "urgent_under_silence", silence[0]
    return "alarm", reason, None, 0, name, silence is not None or refusal is not None, inputs


def shown(signal: dict[str, Any], at: float, device: dict[str, Any], fault: bool, inputs: dict[str, Any]) -> Decision:
    """An alarm or a fault, unless its stream chatters."""
    name = f"{signal['nature']}|{signal['zone'] or signal['use_case'] or ''}"
    stream = device["streams"].setdefault(name, {"recent": [], "fold": None})
    fold = arrive(stream, signal["signal_id"], at)
    if fold is not None:
        inputs = {"chatter_over": LIMITS["chatter_over"], "chatter_within_s": LIMITS["chatter_within"]}
        return "folded", "chatter", fold["first"], fold["count"], None, False, inputs
    if fault:
        return "fault", "fault_reported", None, 0, None, False, inputs
    return "alarm", "unknown_code" if "unknown_code" in signal["flags"] else "new", None, 0, None, False, inputs


def arrive(stream: dict[str, Any], signal_id: str, at: float) -> dict[str, Any] | None:
    """The fold that takes this signal."""
    recent, period = stream["recent"], int(at // LIMITS["chatter_period"])
    recent.append([at, signal_id])
    while recent[0][0] < at - LIMITS["chatter_within"] or len(recent) > LIMITS["chatter_over"] + 1:
        del recent[0]
    fold = stream["fold"]
    if fold is not None and (fold["period"] != period or at - fold["last"] >= LIMITS["chatter_quiet"]):
        fold = stream["fold"] = None
    if fold is None and len(recent) > LIMITS["chatter_over"]:
        first = next(name for moment, name in recent if int(moment // LIMITS["chatter_period"]) == period)
        fold = stream["fold"] = {"first": first, "period": period, "last": at, "count": 0}
    if fold is None or fold["first"] == signal_id:
        return None
    fold["count"] += 1
    fold["last"] = at
    return dict(fold)


def outcome(signal: dict[str, Any], decision: Decision, moment: str) -> dict[str, Any]:
    """How a signal ended."""
    name, reason, first, count, silence, _, inputs = decision
    found = {field: signal[field] for field in ("signal_id", "origin", "device", "device_kind", "nature", "phase")}
    found |= {"outcome": name, "reason": reason, "decided_at": moment}
    found |= {"received_at": signal["received_at"], "device_at": signal["device_at"]}
    found |= {"first_signal_id": first, "count": count}
    found |= {field: signal[field] for field in COPIED}
    return found | {"inputs": inputs if silence is None else inputs | {"silence_id": silence}}


def alarm(signal: dict[str, Any], decision: Decision, moment: str) -> dict[str, Any] | None:
    """The alarm, if it is one."""
    name, reason, first, _, silence, confirms, _ = decision
    if name != "alarm":
        return None
    said = {"alarm_id": signal["signal_id"], "signal": signal, "screened_at": moment, "reason": reason}
    return said | {"first_signal_id": first, "operator_confirmed": confirms, "silence_id": silence}


def headed(kind: str, suffix: str, id_field: str, time_field: str) -> Any:
    """CloudEvents headers, as ours have them."""

    def headers(value: dict[str, Any], *_: Any) -> list[tuple[str, bytes]]:
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", f"{value[id_field]}{suffix}".encode()),
            ("ce_type", kind.encode()),
            ("ce_source", b"vigie/bench"),
            ("ce_time", value[time_field].encode()),
            ("content-type", b"application/json"),
        ]

    return headers


def main() -> None:
    """Runs until it is terminated."""
    app = Application(
        broker_address=BROKERS,
        consumer_group=GROUP,
        state_dir=FOLDER,
        auto_offset_reset="earliest",
        processing_guarantee="at-least-once",
        producer_extra_config={"acks": "all", "enable.idempotence": True},
        loglevel="WARNING",
    )
    signals = app.topic("signals", key_deserializer="str", value_deserializer="json")
    outcomes = app.topic("signal.outcomes", key_serializer="str", value_serializer="json")
    alarms = app.topic("alarms", key_serializer="str", value_serializer="json")
    found = app.dataframe(signals).apply(screen, stateful=True, metadata=True)
    told = found.apply(lambda value: value["outcome"])
    headers = headed("vigie.signal.screened.v1", ":outcome", "signal_id", "decided_at")
    told.set_headers(headers).to_topic(outcomes)
    forward = found.filter(lambda value: value["alarm"] is not None).apply(lambda value: value["alarm"])
    headers = headed("vigie.alarm.raised.v1", "", "alarm_id", "screened_at")
    forward.set_headers(headers).to_topic(alarms, key=lambda value: value["signal"]["sector"])
    app.run()


if __name__ == "__main__":
    main()
