"""Past Kafka: urgent signals by HTTP to dispatch, at one door and shortly after at the next; the first answer wins.

Dispatch commits the alarm in PostgreSQL before it answers, under the signal's own id, so that the record from
Kafka, which comes later, changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import httpx
from pydantic import SecretStr

from services.chassis import logs
from services.ingest import metrics
from services.ingest.messages import Record

log = logs.get(__name__)
PATH = "/v1/urgent"
AT_ONCE = 32
"""Posts under way; dispatch's commits are serialised, so that more would only wait there."""
CARRIED = ("traceparent", "tracestate")


class PostResult(StrEnum):
    """What became of one post: label of its metric, field of its log line."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CROWDED = "crowded"


@dataclass(frozen=True, slots=True)
class PostTimes:
    """Seconds: until the next door is asked as well, for one door's answer, and for all of it."""

    hedge_s: float = 0.2
    door_s: float = 2.0
    whole_s: float = 3.0


class DispatchDoors:
    """Dispatch's doors. Used on one event loop."""

    def __init__(self, urls: Sequence[str], token: SecretStr | None, times: PostTimes | None = None) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._times = times or PostTimes()
        self._headers = {"content-type": "application/json"}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token.get_secret_value()}"
        limits = httpx.Limits(max_connections=2 * AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.AsyncClient(timeout=self._times.door_s, limits=limits, trust_env=False)
        self._under_way = 0
        self._refused: set[int] = set()

    async def post(self, record: Record) -> bool:
        """True once a door has committed it. Never raises; past AT_ONCE it gives up at once, and is asked again."""
        if self._under_way >= AT_ONCE:
            result = PostResult.CROWDED
        else:
            self._under_way += 1
            try:
                result = await self._hedged(record)
            finally:
                self._under_way -= 1
        metrics.SECOND_PATH.labels(result.value).inc()
        return result is PostResult.ACCEPTED

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()

    async def _hedged(self, record: Record) -> PostResult:
        """Asks a further door whenever one has failed or is slow."""
        asked: set[asyncio.Task[PostResult]] = set()
        worst = PostResult.UNREACHABLE
        try:
            async with asyncio.timeout(self._times.whole_s):
                for url in [*self._urls, None]:
                    if url is not None:
                        asked.add(asyncio.create_task(self._ask(url, record)))
                    patience = self._times.hedge_s if url is not None else None
                    while asked:
                        done, asked = await asyncio.wait(asked, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                        results = {task.result() for task in done}
                        if PostResult.ACCEPTED in results:
                            return PostResult.ACCEPTED
                        if PostResult.REFUSED in results:
                            worst = PostResult.REFUSED
                        if url is not None:
                            break
        except TimeoutError:
            return worst
        finally:
            for task in asked:
                task.cancel()
        return worst

    async def _ask(self, url: str, record: Record) -> PostResult:
        _, value, headers = record
        carried = {name: content.decode("ascii", "replace") for name, content in headers if name in CARRIED}
        try:
            answer = await self._client.post(f"{url}{PATH}", content=value, headers=self._headers | carried)
        except httpx.HTTPError:
            return PostResult.UNREACHABLE
        if answer.is_success:
            self._refused.clear()
            return PostResult.ACCEPTED
        if answer.status_code not in self._refused:
            self._refused.add(answer.status_code)  # once, until it works again: a wrong token refuses every one
            log.error("second_path_refused", status=answer.status_code, url=url)
        return PostResult.REFUSED if answer.status_code < 500 else PostResult.UNREACHABLE
