"""Ingest's API against requests made from its own OpenAPI, right and wrong ones, on a real process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.flow.api_fuzzing import fuzz
from tests.flow.ingest_world import RunningIngest, apply_pack

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
async def ingest(kafka: str, mqtt: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIngest]:
    """One ingest process with the small pack."""
    apply_pack(kafka)
    process = RunningIngest(kafka, mqtt, tmp_path_factory.mktemp("ingest"))
    await process.start()
    yield process
    assert process.stop() == 0, process.log[-3000:]


async def test_ingest(ingest: RunningIngest, tmp_path: Path, record_property: Record) -> None:
    """Whatever is sent to ingest's HTTP door gets a documented answer of the documented shape, and never a 5xx."""
    record_property("summary", await asyncio.to_thread(fuzz, ingest.url, tmp_path))
