"""An open situation: its newest answer, and what its answers so far say about devices, subjects and kinds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.vocabulary.natures import Nature
from services.triage.correlation.domain.answer import Answer, Member

MEMBERS_SHOWN = 50


@dataclass(slots=True)
class OpenSituation:
    """Built from its answers alone, in the order of their revisions; `members` are the newest fifty."""

    head: Answer
    devices: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    natures: set[Nature] = field(default_factory=set)
    members: tuple[Member, ...] = ()
    alarm_ids: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "OpenSituation":
        """The situation that these answers of one id make; at least one is needed."""
        ordered = sorted(answers, key=lambda answer: answer.revision)
        situation = cls(ordered[0])
        for answer in ordered:
            situation.add(answer)
        return situation

    def add(self, answer: Answer) -> None:
        """Takes the next answer."""
        self.head = answer
        self.alarm_ids.append(answer.member.alarm_id)
        if answer.moves:
            return
        member = answer.member
        self.devices.add(member.device)
        self.natures.add(member.nature)
        if member.subject is not None:
            self.subjects.add(member.subject)
        self.members = (*self.members[-(MEMBERS_SHOWN - 1) :], member)

    def close(self) -> None:
        """Keeps only the ids: it takes no more alarms."""
        self.devices, self.subjects, self.natures, self.members = set(), set(), set(), ()
