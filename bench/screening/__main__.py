"""`python -m bench.screening`: every contender on the same records, alternately; table and results/screening.json.

Environment: RUNS (5), SIGNALS (200000), ONLY (names, comma-separated), RESULTS (file).
"""

import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported without __all__

from bench.records import write
from bench.screening import contenders, judging, peers, workload
from bench.screening.contenders import Contender, Place
from deploy.local.settings import LocalSettings
from tests.stack.running import start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "screening.json")
PARTITIONS = 12
OUTPUTS = ("signal.outcomes", "alarms")
RUN_S = 300.0
AIMS = (("kafka_streams", 1.5), ("quix", 2.0), ("bare", 0.6), ("bare_counting", 0.6))
AGO_S = 3600.0
"""The records' own times begin so long before now: nothing of them is in the future."""


@dataclass
class Figures:
    """Of one contender: signals per second of each run."""

    runs: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """As the result file has it."""
        rounded = [round(value) for value in self.runs]
        return {
            "median_per_s": round(statistics.median(self.runs)),
            "min": min(rounded),
            "max": max(rounded),
            "runs": rounded,
        }


def main() -> None:
    """Everything, from an empty broker to the table. Exit code 1 where an answer was wrong."""
    runs, count = int(os.environ.get("RUNS") or 5), int(os.environ.get("SIGNALS") or 200_000)
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        folder = Path(name)
        those = _contenders(folder)
        stack = start_stack(folder / "stack", "kafka")
        try:
            figures = _compare(stack.kafka, folder, those, runs, count)
        finally:
            stack.stop()
    _report(figures, count)
    if any(found.wrong for found in figures.values()):
        raise SystemExit(1)


def _contenders(folder: Path) -> list[Contender]:
    java, classpath = peers.kafka_streams(LocalSettings().cache, folder, print)
    those = [
        contenders.ours(),
        contenders.kafka_streams(java, classpath),
        contenders.quix(peers.QUIX),
        contenders.bare(),
        contenders.bare_counting(),
    ]
    only = {name for name in (os.environ.get("ONLY") or "").split(",") if name}
    return [known for known in those if not only or known.name in only]


def _compare(brokers: str, folder: Path, those: list[Contender], runs: int, count: int) -> dict[str, Figures]:
    began = time.time() // 600 * 600 - AGO_S
    in_force = workload.in_force(began)
    rules = workload.rules(in_force)
    written_rules = folder / "rules.json"
    written_rules.write_text(json.dumps(workload.for_peers(rules)))
    print(f"{count} signals, {workload.DEVICES} devices, {PARTITIONS} partitions; being written", flush=True)
    _prepare(brokers, in_force, began, count)
    right = judging.truth(brokers, rules)
    figures = {known.name: Figures() for known in those}
    for number in range(runs):
        for known in those:
            place = Place(brokers, folder / f"{known.name}-{number}", f"bench-{known.name}-{number}", written_rules)
            judged = _run(known, place, right, count)
            figures[known.name].runs.append(judged.per_s)
            figures[known.name].wrong += judged.wrong
            load = os.getloadavg()[0]
            print(
                f"  {number + 1}/{runs} {known.name:14} {judged.per_s:8.0f}/s  load {load:.1f}  {judged.wrong or ''}",
                flush=True,
            )
    return figures


def _prepare(brokers: str, in_force: list[Any], began: float, count: int) -> None:
    admin = AdminClient({"bootstrap.servers": brokers})
    compacted = {"cleanup.policy": "compact"}
    made = [NewTopic("signals", PARTITIONS, 1), NewTopic("signals.dead", 1, 1)]
    made += [NewTopic(name, 1, 1, config=compacted) for name in ("silences", "packs")]
    stamped = {"message.timestamp.type": "LogAppendTime"}
    made += [NewTopic(name, PARTITIONS, 1, config=stamped) for name in OUTPUTS]
    for future in admin.create_topics(made).values():
        future.result(30)
    write(brokers, workload.all_records(in_force, count, began))


def _run(known: Contender, place: Place, right: judging.Truth, count: int) -> judging.Judged:
    _from_the_beginning(place.brokers, known.group.format(name=place.name))
    place.folder.mkdir()
    begin = {name: judging.ends(place.brokers, name) for name in OUTPUTS}
    deadline = time.monotonic() + RUN_S
    with known.running(place) as process:
        while (found := judging.written(place.brokers, "signal.outcomes", begin["signal.outcomes"])) < count:
            if process.poll() is not None:
                raise RuntimeError(f"{known.name} ended: {(place.folder / 'log').read_text()[-3000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{known.name}: {found} of {count} after {RUN_S} s")
            time.sleep(0.25)
    return judging.judge(place.brokers, right, begin, decides=known.decides)


def _from_the_beginning(brokers: str, group: str) -> None:
    """Ours reads under one name, as in production: where it was after the run before is written over."""
    reader = Consumer({"bootstrap.servers": brokers, "group.id": group, "enable.auto.commit": False})
    try:
        begin = [TopicPartition("signals", number, 0) for number in range(PARTITIONS)]
        reader.commit(offsets=begin, asynchronous=False)
    finally:
        reader.close()


def _report(figures: dict[str, Figures], count: int) -> None:
    rows = {name: found.as_row() for name, found in figures.items() if found.runs}
    print(f"\n{'':16}{'median/s':>10}{'min':>8}{'max':>8}  answers")
    for name, row in rows.items():
        said = "; ".join(figures[name].wrong[:2]) or "right"
        print(f"{name:16}{row['median_per_s']:>10}{row['min']:>8}{row['max']:>8}  {said}")
    for name, aim in AIMS:
        if name in rows and "ours" in rows:
            ratio = rows["ours"]["median_per_s"] / rows[name]["median_per_s"]
            print(f"ours / {name}: {ratio:.2f} (aim {aim}, {'met' if ratio >= aim else 'not met'})")
    checked = not any(found.wrong for found in figures.values())
    RESULTS.write_text(json.dumps({**rows, "checked": checked, "signals": count}, indent=1) + "\n")


if __name__ == "__main__":
    main()
