"""A process uses a pack only once it holds a whole version, in whatever order the parts arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.pack.pack import CityPack, PackAssembler, PackPart, PackPartApplied
from schemas.pack.places import Centre, Commune

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def pack(name: str, code: str = "57463") -> CityPack:
    """A pack that differs by its centre's name."""
    centre = Centre(code=code, name=name, communes=(Commune(insee=code, name=name),))
    return CityPack(centre=centre, sectors=(), sites=(), devices=(), units=(), run_cards=())


def parts(name: str, minutes: int = 0, code: str = "57463") -> list[PackPartApplied]:
    """Its parts, applied that long after noon."""
    return pack(name, code).parts(NOON + timedelta(minutes=minutes))


@given(st.permutations(parts("one")))
def test_whole_only_with_the_last_part(order: list[PackPartApplied]) -> None:
    """Nothing until every part is there, then exactly the pack."""
    assembler = PackAssembler()
    found = [assembler.add(part) for part in order]
    assert found[:-1] == [None] * (len(PackPart) - 1)
    assert found[-1] == pack("one") == assembler.packs["57463"]


@given(st.permutations(parts("two", minutes=5)))
def test_the_former_version_holds_until_the_new_one_is_whole(order: list[PackPartApplied]) -> None:
    """While parts of two versions are mixed, the process keeps what it has."""
    assembler = PackAssembler()
    for part in parts("one"):
        assembler.add(part)
    for part in order[:-1]:
        assert assembler.add(part) is None
        assert assembler.packs["57463"] == pack("one")
    assert assembler.add(order[-1]) == pack("two")


def test_the_same_version_again_is_no_news() -> None:
    """A second copy of every part switches nothing."""
    assembler = PackAssembler()
    copies = [assembler.add(part) for part in parts("one") + parts("one", minutes=1)]
    assert [found for found in copies if found is not None] == [pack("one")]


def test_centres_do_not_mix() -> None:
    """Two centres' parts interleaved give two packs."""
    assembler = PackAssembler()
    for mine, other in zip(parts("one"), parts("two", code="31555"), strict=True):
        assembler.add(mine)
        assembler.add(other)
    assert {code: held.centre.name for code, held in assembler.packs.items()} == {"57463": "one", "31555": "two"}


def test_a_whole_version_that_is_no_pack_leaves_the_former() -> None:
    """A part with wrong content raises, and what is in force stays so."""
    assembler = PackAssembler()
    for part in parts("one"):
        assembler.add(part)
    wrong = [
        part.model_copy(update={"content": 3}) if part.part is PackPart.SITES else part for part in parts("two", 1)
    ]
    for part in wrong[:-1]:
        assembler.add(part)
    with pytest.raises(ValidationError):
        assembler.add(wrong[-1])
    assert assembler.packs["57463"] == pack("one")
