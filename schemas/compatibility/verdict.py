"""Old contract and new contract → findings that name who must be deployed first."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.compatibility.change import Change, Consequence, Kind
from schemas.compatibility.compare import Comparison
from schemas.compatibility.contract import Contract, Topic


@dataclass(frozen=True)
class Finding:
    """One change of one message or topic, with what to do about it."""

    name: str
    change: Change
    advice: str

    @property
    def breaking(self) -> bool:
        """True where it must not be deployed as it is."""
        return self.change.kind.consequence is Consequence.BREAKING

    def __str__(self) -> str:
        word = "BREAKING" if self.breaking else "order"
        return f"{word}: {self.name}: {self.change}\n    {self.advice}"


def judge(old: Contract, new: Contract) -> list[Finding]:
    """Every finding, topics first; empty where any order of deployment will do."""
    return [*_topics(old, new), *_messages(old, new)]


def _topics(old: Contract, new: Contract) -> Iterator[Finding]:
    for name, before in old.topics.items():
        after = new.topics.get(name)
        if after is None:
            change = Change(Kind.TOPIC_REMOVED, "")
            yield Finding(name, change, f"Deploy its readers ({_list(before.read_by)}) without it first.")
            continue
        for change in _topic_changes(before, after):
            yield Finding(name, change, _topic_advice(change, before, after))


def _topic_changes(before: Topic, after: Topic) -> Iterator[Change]:
    if before.key != after.key:
        yield Change(Kind.KEY_CHANGED, "key", f"{before.key!r} became {after.key!r}")
    if before.partitions != after.partitions:
        yield Change(Kind.PARTITIONS_CHANGED, "partitions", f"{before.partitions} became {after.partitions}")
    if before.cleanup != after.cleanup:
        yield Change(Kind.CLEANUP_CHANGED, "cleanup", f"{before.cleanup!r} became {after.cleanup!r}")
    for message in sorted(set(before.messages) - set(after.messages)):
        yield Change(Kind.MESSAGE_REMOVED, "messages", message)
    for message in sorted(set(after.messages) - set(before.messages)):
        yield Change(Kind.MESSAGE_ADDED, "messages", message)


def _topic_advice(change: Change, before: Topic, after: Topic) -> str:
    readers, writers = _list({*before.read_by, *after.read_by}), _list(before.written_by)
    if change.kind is Kind.MESSAGE_ADDED:
        return f"Deploy {readers} before {writers}: an old reader makes it a dead letter."
    if change.kind is Kind.MESSAGE_REMOVED:
        return f"Records of it are still kept: let {readers} read it until they are gone."
    if change.kind is Kind.CLEANUP_CHANGED:
        return f"Records that readers count on would go, or stay: deploy {readers} ready for that first."
    return (
        f"Records of one key would be in two places, in no order: make a new topic, deploy {readers} on both"
        f" first, then {writers}, then retire the old one."
    )


def _messages(old: Contract, new: Contract) -> Iterator[Finding]:
    for name, before in old.schemas.items():
        readers, writers = _list(old.readers(name) or new.readers(name)), _list(new.writers(name))
        after = new.schemas.get(name)
        changes = [Change(Kind.MESSAGE_REMOVED, "")] if after is None else Comparison(before, after).changes()
        yield from (Finding(name, change, _advice(change, readers, writers)) for change in changes)


def _advice(change: Change, readers: str, writers: str) -> str:
    match change.kind:
        case Kind.FIELD_REMOVED | Kind.MESSAGE_REMOVED:
            return (
                f"First deploy {readers} so that they do without it, then {writers}; or keep it, or publish a new"
                " version of the message."
            )
        case Kind.FIELD_REQUIRED | Kind.NARROWED | Kind.VALUE_REMOVED:
            return (
                f"{readers} could not read what old {writers} wrote and the topic still keeps: give a default or"
                f" keep accepting it; or publish a new version, with {readers} deployed first."
            )
        case _:
            return f"Deploy {readers} before {writers}: an old reader makes it a dead letter."


def _list(names: object) -> str:
    listed = sorted(names) if isinstance(names, (list, tuple, set, frozenset)) else []
    return ", ".join(listed) or "nobody"
