"""docker-compose.yml has the same parts as the embedded stack."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deploy.local.doors import Doors
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.services import Endpoints, ServiceParts

DOORS = Doors("127.0.0.1", (8100,), ingest=8101, dc09=12309, screening=8102, correlation=8103, notify=8104)
EMBEDDED = ServiceParts(
    layout=Layout(REPOSITORY / "var", REPOSITORY / "var" / "cache"),
    doors=DOORS,
    endpoints=Endpoints("kafka:9092", "postgresql://", "mqtt://"),
    embedded=("kafka", "postgres", "mqtt"),
    city="metz",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, anchors resolved."""
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    return content


def test_the_same_parts_as_the_embedded_stack(compose: dict[str, Any]) -> None:
    """A service that is added to one way of starting Vigie is added to the other."""
    assert set(compose) == {"kafka", "postgres", "mqtt", *(part.name for part in EMBEDDED.parts())}


@pytest.mark.parametrize("part", EMBEDDED.parts(), ids=lambda part: part.name)
def test_the_same_order(compose: dict[str, Any], part: Any) -> None:
    """What a part waits for in the embedded stack it waits for in containers, directly or through another."""

    def needs(name: str) -> set[str]:
        direct = set(compose[name].get("depends_on", {}))
        return direct.union(*(needs(other) for other in direct)) if direct else set()

    assert set(part.after) <= needs(part.name)


def test_doors_are_open_on_this_machine_only(compose: dict[str, Any]) -> None:
    """No door is published to the network by default."""
    published = [port for service in compose.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_services_have_no_rights_they_do_not_need(compose: dict[str, Any]) -> None:
    """Vigie's own containers are read-only, without capabilities."""
    own = [service for service in compose.values() if "build" in service]
    assert own
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in own)
