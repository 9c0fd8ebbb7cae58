"""The plan's arithmetic, and that the page says what the results say."""

import dataclasses

import pytest

from bench.scaling.__main__ import BEGIN, END, PAGE, results, tables
from bench.scaling.sizes import MIN_PROCESSES, SIZES, Costs, dispatch_load, processes

COSTS = Costs(
    ingest=2_000,
    screening=20_000,
    correlation=1_000,
    dispatch=4_000,
    sos_ms=100,
    sos_ms_many_tablets=130,
    commits=14,
    wal_bytes=90_000,
    bytes_an_incident=20_000,
    bytes_a_signal=2_000,
)


def test_the_page_is_reckoned_from_theresults() -> None:
    """After a measurement `make bench-scaling` writes it anew."""
    held = PAGE.read_text("utf-8")
    assert held[held.index(BEGIN) + len(BEGIN) : held.index(END)].strip() == tables(results()).strip()


@pytest.mark.parametrize(("a_second", "expected"), [(1, MIN_PROCESSES), (2_000, 2), (2_001, 3), (10_000, 10)])
def test_processes_are_planned_for_half_a_processor(a_second: float, expected: int) -> None:
    """Two at the least, so that one may die."""
    assert processes(a_second, 2_000) == expected


def test_each_dispatch_reads_all_of_its_centre() -> None:
    """So a second process makes nothing lighter, and twice the centres halve it."""
    country = SIZES[-1]
    load = country.signals_at_peak / 4_000 + country.calls_at_peak * 0.1
    assert dispatch_load(dataclasses.replace(country, centres=1), COSTS) == pytest.approx(load)
    assert dispatch_load(dataclasses.replace(country, centres=200), COSTS) == pytest.approx(load / 200)
    assert dispatch_load(country, COSTS) < 1 < load


def test_the_country_is_the_one_that_was_asked_for() -> None:
    """30 million calls a year, a million cameras; a hundred communes in the region."""
    country = SIZES[-1]
    assert (country.calls_a_year, country.cameras) == (30e6, 1_000_000)
    assert country.calls_at_peak == pytest.approx(3.8, abs=0.01)
