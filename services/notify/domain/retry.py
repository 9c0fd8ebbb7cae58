"""When to try again: exponential, with jitter, up to a limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first_s` after the first attempt, doubled each time up to `most_s`; none that would end past `limit_s`."""

    first_s: float
    most_s: float
    limit_s: float

    def delay(self, attempt: int, age_s: float, jitter: float, asked_s: float = 0.0) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1), or None to give up.

        `age_s`: seconds since the notification was written. `jitter` in [0, 1) takes off up to half, so that the
        many that failed together do not come back together. `asked_s`: what the receiver asked for
        (Retry-After, RFC 9110), honoured up to `most_s`.
        """
        doubled = self.first_s * float(2 ** min(attempt - 1, 32))
        wait = min(self.most_s, doubled) * (1.0 - jitter / 2.0)
        wait = max(wait, min(asked_s, self.most_s))
        return None if age_s + wait > self.limit_s else wait
