"""Who may do what, and whose badge counts."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from services.dispatch.badges import ISSUER, SHIFT, Attempts, Badges
from services.dispatch.domain.access import BOUND, RULES, Own, Person, Refusal, Role, Sight, refusal, rule_of, sight

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
OFFICER = Person("pm-11", "Turenne 11", Role.PATROL, unit="pm-11")
CREW = Person("tech-1", "Atelier 1", Role.CREW, unit="tech-1")
OPERATOR = Person("operateur-1", "Opérateur 1", Role.OPERATOR)


@pytest.mark.parametrize("door", sorted(RULES))
def test_a_door_is_closed_to_strangers_and_to_other_roles(door: str) -> None:
    """Without a badge nothing opens; with one, exactly the roles of the table, and what is bound only for its own."""
    rule = RULES[door]
    assert refusal(None, rule, "pm-11") is Refusal.NOT_SIGNED_IN
    for role in Role:
        person = Person("somebody", "Somebody", role, unit="pm-11")
        wanted = None if role in rule.roles else Refusal.NOT_FOR_ROLE
        assert refusal(person, rule, "pm-11") is wanted
        if rule.own and role in BOUND & rule.roles:
            assert refusal(person, rule, "pm-12") is Refusal.NOT_OWN
            assert refusal(person, rule, None) is Refusal.NOT_OWN


def test_the_longest_entry_counts_and_an_unknown_door_is_closed() -> None:
    """Orders on a card share one entry, distress has its own, and what nobody listed is nobody's."""
    assert rule_of("POST", "/v1/incidents/{incident_id}/verify") == RULES["POST /v1/incidents/*"]
    distress = rule_of("POST", "/v1/units/{unit}/distress")
    assert distress is not None
    assert (distress.own, distress.never_refused) == (Own.UNIT, True)
    assert rule_of("POST", "/v1/units/{unit}/other") == RULES["POST /v1/units/*"]
    assert rule_of("DELETE", "/v1/incidents/{incident_id}") is None
    assert refusal(OPERATOR, None, None) is Refusal.NOT_FOR_ROLE


def test_eyes_see_what_is_theirs() -> None:
    """The room sees all or the unit it asks for; a patrol its unit whether it asks or not; a crew the orders too."""
    assert sight(None, None) == Sight()
    assert sight(OPERATOR, "pm-12") == Sight("pm-12")
    assert sight(OFFICER, None) == Sight("pm-11")
    assert sight(OFFICER, "pm-12") is Refusal.NOT_OWN
    crew = sight(CREW, None)
    assert isinstance(crew, Sight)
    shown = [("work_order", None), ("assignment", "tech-1"), ("assignment", "pm-11"), ("incident", None)]
    assert [crew.shows(kind, unit) for kind, unit in shown] == [True, True, False, False]
    assert [Sight().shows(kind, unit) for kind, unit in shown] == [True] * 4


def test_a_badge_says_who_somebody_is_for_one_shift() -> None:
    """It is read back whole, ends after twelve hours, and then counts only where that is good enough."""
    badges = Badges(SecretStr(KEY))
    badge = badges.issue(OFFICER, NOW)
    assert badges.read(badge, NOW) == OFFICER
    assert badges.read(badge, NOW + SHIFT) is None
    assert badges.read(badge, NOW + SHIFT, expired=True) == OFFICER


def test_no_other_badge_counts() -> None:
    """Another key's, an unsigned one, another issuer's, a changed one, and nonsense."""
    badges = Badges(SecretStr(KEY), SecretStr("our-own-processes"))
    good = badges.issue(OFFICER, NOW)
    head, body, seal = good.split(".")
    claims = {"sub": "x", "name": "x", "role": "shift_lead", "unit": None, "agency": None, "exp": 9e9}
    other_issuer = jwt.encode({"alg": "HS256"}, claims | {"iss": "elsewhere"}, OctKey.import_key(KEY))
    none = "eyJhbGciOiJub25lIn0." + body + "."
    other_key = Badges(SecretStr(KEY[::-1])).issue(OFFICER, NOW)
    for wrong in (other_key, none, other_issuer, f"{head}.{body[:-2]}AA.{seal}", "", "x", "a.b.c", "é" * 20):
        assert badges.read(wrong, NOW) is None, wrong
    assert ISSUER != "elsewhere"
    service = badges.read("our-own-processes", NOW)
    assert service is not None
    assert service.role is Role.SERVICE


def test_five_wrong_pins_make_an_account_wait() -> None:
    """Only that account, for half a minute; a right one in between begins anew."""
    attempts = Attempts()
    for _ in range(4):
        attempts.wrong("operateur-1", NOW)
    assert attempts.wait_s("operateur-1", NOW) == 0
    attempts.right("operateur-1")
    for _ in range(5):
        attempts.wrong("operateur-1", NOW)
    assert 29 <= attempts.wait_s("operateur-1", NOW) <= 31
    assert attempts.wait_s("operateur-2", NOW) == 0
    assert attempts.wait_s("operateur-1", NOW + timedelta(seconds=31)) == 0
