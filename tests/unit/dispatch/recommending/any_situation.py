"""Any situation at all, for property tests."""

from datetime import timedelta

from hypothesis import strategies as st

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Coverage, IncidentView, Policy, Situation, UnitView, Work
from tests.unit.dispatch.recommending.scenes import NOON

POINTS = 11
CAPABILITIES = st.frozensets(st.sampled_from(["car", "first_aid", "dog"]))
SECONDS = st.floats(0.0, 4_000.0).map(lambda seconds: round(seconds, 1))
MOMENTS = st.integers(-8_000, 8_000).map(lambda seconds: NOON + timedelta(seconds=seconds))
IDS = [f"u{index}" for index in range(7)]

works = st.builds(
    Work,
    incident=st.sampled_from(["i1", "i2", "i3"]),
    priority=st.sampled_from(Priority),
    since=MOMENTS,
    on_scene=st.booleans(),
    diversions=st.integers(0, 2),
)


@st.composite
def units(draw: st.DrawFn, unit: str) -> UnitView:
    """A unit in any state, mostly available, its work in accord with its state."""
    state = draw(st.sampled_from([UnitState.AVAILABLE] * 4 + list(UnitState)))
    moving = state in {UnitState.ASSIGNED, UnitState.EN_ROUTE, UnitState.ON_SCENE}
    return UnitView(
        id=unit,
        state=state,
        capabilities=draw(CAPABILITIES),
        position_at=draw(st.one_of(st.just(NOON), st.none(), MOMENTS)),
        work=draw(works) if moving else None,
        rest_until=draw(st.one_of(st.none(), MOMENTS)),
        duty_until=draw(st.one_of(st.none(), MOMENTS)),
        retiring=draw(st.integers(0, 9)) == 9,
    )


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """A small model over some of the units."""
    weights = draw(st.lists(st.floats(0.0, 5.0), min_size=POINTS, max_size=POINTS))
    known = draw(st.lists(st.sampled_from(IDS), unique=True))
    reach = st.binary(min_size=2, max_size=2).map(lambda packed: bytes([packed[0], packed[1] & 0xE0]))
    return Coverage(tuple(weights), {unit: draw(reach) for unit in known})


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any incident over any fleet."""
    fleet = tuple(draw(units(unit)) for unit in draw(st.lists(st.sampled_from(IDS), unique=True)))
    some = st.frozensets(st.sampled_from(IDS), max_size=2)
    needed = draw(st.sampled_from([frozenset(), frozenset({"car"})]))
    incident = IncidentView(
        "i1",
        draw(st.sampled_from(Priority)),
        NOON - timedelta(seconds=draw(st.integers(0, 900))),
        draw(st.sampled_from([120.0, 600.0])),
        needed,
        draw(some),
        draw(some),
        draw(some),
        draw(st.integers(0, 1)),
    )
    return Situation(
        incident=incident,
        units=fleet,
        seconds={unit.id: draw(SECONDS) for unit in fleet if draw(st.integers(0, 9))},
        now=NOON,
        utilisation=draw(st.floats(0.0, 1.0)),
        coverage=draw(st.one_of(st.none(), coverages())),
        unreachable={unit.id: "no_path" for unit in fleet[:1]},
        policy=Policy(send_blindly=draw(st.booleans()), coverage_weight=draw(st.sampled_from([0.0, 0.5, 1.0]))),
    )
