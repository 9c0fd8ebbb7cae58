"""The pages as dispatch serves them: their headers, and what is said while they are not built."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from services.dispatch.api.pages import serve_pages
from services.dispatch.settings import DispatchSettings


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Three pages and a hashed file, as Vite lays them out."""
    for name in ("index.html", "tablette/index.html", "equipe/index.html", "assets/app-abc123.js", "tablette/sw.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"<!-- {name} -->")
    return tmp_path


@pytest_asyncio.fixture
async def http(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application with nothing but the pages, which has a second door."""
    app = FastAPI()
    urls = "http://127.0.0.1:8100,http://127.0.0.1:8110"
    serve_pages(app, DispatchSettings(database_url="none", vigie_pages_dir=built, dispatch_public_urls=urls))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8100") as client:
        yield client


@pytest.mark.parametrize("page", ["/", "/tablette/", "/equipe/"])
async def test_a_page_runs_nothing_inline_and_talks_to_the_doors_only(http: httpx.AsyncClient, page: str) -> None:
    """Its policy names the other door by the name under which this one was reached, and nobody else."""
    answer = await http.get(page)
    assert answer.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["connect-src"] == "'self' http://localhost:8100 http://localhost:8110"
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_and_the_rest_is_asked_for(http: httpx.AsyncClient) -> None:
    """A browser never asks again for what cannot change; a new service worker is seen at once."""
    assert "immutable" in (await http.get("/assets/app-abc123.js")).headers["cache-control"]
    assert (await http.get("/tablette/sw.js")).headers["cache-control"] == "no-cache"


async def test_a_page_without_its_slash_is_found(http: httpx.AsyncClient) -> None:
    """`/tablette` leads to `/tablette/`, so that the worker's scope and relative addresses are right."""
    answer = await http.get("/tablette")
    assert (answer.status_code, answer.headers["location"]) == (307, "http://localhost:8100/tablette/")


async def test_pages_that_are_not_built_say_what_to_do(http: httpx.AsyncClient, built: Path) -> None:
    """503 with the command; once they are built they are served, without a restart."""
    index = (built / "index.html").rename(built / "kept")
    for page in ("/", "/tablette/", "/equipe/"):
        answer = await http.get(page)
        assert (answer.status_code, "make web" in answer.text) == (503, True)
    index.rename(built / "index.html")
    assert (await http.get("/")).status_code == 200
