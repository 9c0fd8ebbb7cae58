"""Every route of the API × every role × own and foreign object; every kind of event of the live stream × every role."""

import re
from itertools import product
from pathlib import Path

import pytest

from services.dispatch.api.document import openapi_document
from services.dispatch.domain.access import BOUND, Person, Refusal, Role, Sight, refusal, rule_of, sight

PEOPLE = {
    Role.OPERATOR: Person("operator", "x", Role.OPERATOR),
    Role.SHIFT_LEAD: Person("lead", "x", Role.SHIFT_LEAD),
    Role.AUDITOR: Person("auditor", "x", Role.AUDITOR),
    Role.SERVICE: Person("service", "x", Role.SERVICE),
    Role.PATROL: Person("p", "x", Role.PATROL, unit="pm-11"),
    Role.CREW: Person("c", "x", Role.CREW, unit="tech-1"),
    Role.PARTNER: Person("sdis", "x", Role.PARTNER, agency="sdis"),
}
OPEN = {"/v1/doors", "/v1/session", "/v1/session/begin", "/v1/session/callback"}
"""What is asked before anybody is signed in."""
PLAIN_FOR_BOUND = {
    "GET /v1/map/{centre}.json",
    "GET /v1/tiles/{centre}.pmtiles",
    "GET /v1/street-changes",
    "GET /v1/stream",
    "GET /v1/work-orders",
    "POST /v1/work-orders/{order_id}/already-fixed",
    "POST /v1/work-orders/{order_id}/complete",
    "POST /v1/work-orders/{order_id}/start",
    "POST /v1/work-orders/{order_id}/take",
}
"""Doors that patrols, crews or partners pass whatever the object: names of streets and which are closed, the stream
(which `sight` narrows), and the crews' common pile of work orders. Whoever adds one here says why."""
ROUTES = sorted(
    f"{method.upper()} {path}"
    for path, found in openapi_document()["paths"].items()
    if path.startswith("/v1/") and path not in OPEN
    for method in found
)
SOURCES = Path(__file__).resolve().parents[3] / "services" / "dispatch"
NAMED = re.compile(r'^KIND\w* = "(\w+)"', re.MULTILINE)
SHOWN = re.compile(r'\.show\(\s*"(\w+)"')
KINDS = sorted(
    {
        kind
        for file in SOURCES.rglob("*.py")
        for content in [file.read_text("utf-8")]
        if ".show(" in content
        for kind in [*SHOWN.findall(content), *NAMED.findall(content)]
    }
)
FOR_CREWS = {"work_order"}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("role", Role)
def test_a_route_opens_for_its_roles_and_ones_own_only(route: str, role: Role) -> None:
    """Who speaks for a unit or an agency is let through to its own and to nothing else, known or unknown."""
    method, path = route.split(" ")
    rule, person = rule_of(method, path), PEOPLE[role]
    assert rule is not None, "no rule: closed to all"
    assert refusal(None, rule, person.own) is Refusal.NOT_SIGNED_IN
    if role not in rule.roles:
        assert refusal(person, rule, person.own) is Refusal.NOT_FOR_ROLE
    elif role in BOUND and route not in PLAIN_FOR_BOUND:
        assert rule.own is not None, f"{route} lets a {role} through without asking whose it is"
        assert refusal(person, rule, person.own) is None
        assert {refusal(person, rule, other) for other in ("pm-12", "police", None, "")} == {Refusal.NOT_OWN}
    else:
        assert refusal(person, rule, None) is None


def test_the_kinds_of_events_are_all_known() -> None:
    """The table below is made from the code that shows them: if it finds few, it looks in the wrong place."""
    assert {"incident", "assignment", "position", "broadcast", "protected_address", "revocation"} <= set(KINDS)
    assert len(KINDS) >= 18, KINDS


@pytest.mark.parametrize(("role", "kind"), list(product([Role.PATROL, Role.CREW], KINDS)))
def test_the_stream_shows_the_bound_only_what_names_them(role: Role, kind: str) -> None:
    """An event of another unit, of other units, or of nobody in particular reaches no patrol or crew."""
    person = PEOPLE[role]
    eyes = sight(person, None)
    assert isinstance(eyes, Sight)
    common = role is Role.CREW and kind in FOR_CREWS
    assert eyes.shows(kind, "pm-12", frozenset({"pm-13"})) is common
    assert eyes.shows(kind, None) is common
    assert eyes.shows(kind, person.unit)
    for other in ("pm-12", "sdis"):
        assert sight(person, other) is Refusal.NOT_OWN


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SHIFT_LEAD, Role.AUDITOR])
def test_the_room_sees_everything_or_what_it_asks_for(role: Role) -> None:
    """A console without a filter gets all kinds; with one, that unit's part."""
    whole, part = sight(PEOPLE[role], None), sight(PEOPLE[role], "pm-11")
    assert isinstance(whole, Sight) and isinstance(part, Sight)
    assert all(whole.shows(kind, unit) for kind in KINDS for unit in (None, "pm-11"))
    assert not any(part.shows(kind, "pm-12") for kind in KINDS)


def test_who_names_no_unit_sees_nothing_of_the_stream() -> None:
    """A partner has no unit, and the stream has no part for agencies: `unit` none must not mean everything."""
    nameless = [PEOPLE[Role.PARTNER], *(Person("x", "x", role) for role in sorted(BOUND))]
    assert {sight(person, wanted) for person in nameless for wanted in (None, "pm-11")} == {Refusal.NOT_OWN}
