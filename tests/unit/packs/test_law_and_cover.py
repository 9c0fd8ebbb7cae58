"""Legal bases have an end and an exercise is marked; every nature has a run card that always applies."""

import pytest

from schemas.vocabulary.natures import Nature
from tests.unit.packs.pack_copy import PackCopy

BASIS = """legal_bases:
  - use_case: {use_case}
    basis: {basis}
    starts_at: {starts_at}
    ends_at: {ends_at}
    approver: Préfecture
    cameras: [{camera}]
"""
RIGHT = {
    "use_case": "stray_animal",
    "basis": "Arrêté 31-2026-12",
    "starts_at": "2026-01-01T00:00:00+01:00",
    "ends_at": "2028-12-31T23:59:59+01:00",
    "camera": "tls-cam-ecole-garonne",
}


def test_a_right_basis_is_accepted(pack: PackCopy) -> None:
    """A basis of three years on a camera that uses it raises nothing."""
    pack.write("law.yaml", BASIS.format(**RIGHT))
    assert pack.load().warnings == ()


@pytest.mark.parametrize(
    ("field", "value", "line", "words"),
    [
        ("ends_at", "2029-01-02T00:00:00+01:00", 5, "longer than three years"),
        ("ends_at", "2025-12-31T00:00:00+01:00", 5, "not after the start"),
        ("ends_at", "2026-12-31", 5, "offset"),
        ("camera", "tls-cam-ecole", 7, 'perhaps "tls-cam-ecole-garonne"'),
        ("camera", "tls-post-capitole", 7, "does not exist"),
        ("basis", "EXERCICE", 3, "exercise banner"),
    ],
)
def test_wrong_basis_is_refused(pack: PackCopy, field: str, value: str, line: int, words: str) -> None:
    """A basis without a right end, on no camera, or for an exercise without its banner is refused at its line."""
    file = pack.write("law.yaml", BASIS.format(**RIGHT | {field: value}))
    said = [finding for finding in pack.errors() if words in finding.en]
    assert [str(finding.place) for finding in said] == [f"{file}:{line}"], pack.errors()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ends_at", "2026-05-31T00:00:00+02:00", "is over"),
        ("use_case", "stray_animals", "no camera serves"),
    ],
)
def test_useless_basis_is_a_warning(pack: PackCopy, field: str, value: str, words: str) -> None:
    """A basis that is over or that no camera uses lets the pack pass and is said."""
    pack.write("law.yaml", BASIS.format(**RIGHT | {field: value}))
    assert [words in finding.en for finding in pack.load().warnings] == [True]


@pytest.mark.parametrize("nature", list(Nature))
def test_nature_without_a_card_is_refused(pack: PackCopy, nature: Nature) -> None:
    """Whichever nature loses its only unconditional card, the pack is refused and the nature is named."""
    path = pack.folder / "run_cards.yaml"
    text = path.read_text(encoding="utf-8")
    other = Nature.SOS if nature is not Nature.SOS else Nature.PANIC
    for before, after in (
        (f"[{nature}, ", "["),
        (f", {nature},", ","),
        (f", {nature}]", "]"),
        (f"[{nature}]", f"[{other}]"),
    ):
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    assert [f'"{nature}"' in finding.en for finding in pack.errors() if "has no run card" in finding.en] == [True]


def test_card_behind_a_general_one_is_a_warning(pack: PackCopy) -> None:
    """A card that can never hold, because a general one of its natures stands above, is said with that one's name."""
    pack.change(
        "run_cards:\n",
        "run_cards:\n  - {id: all, natures: [intrusion], priority: P2, engagement: automatic}\n",
        "run_cards.yaml",
    )
    said = [finding.en.partition(",")[0] for finding in pack.load().warnings]
    assert said == [
        f"run_cards/{name}: never reached" for name in ("tls-intrusion-ecole-ouverte", "tls-intrusion-ecole")
    ]
    assert all('"all" hold' in finding.en for finding in pack.load().warnings)


def test_too_few_units_is_a_warning(pack: PackCopy) -> None:
    """A card that asks for more units than the centre has lets the pack pass and is said."""
    pack.change(
        "responders: [{kind: patrol, capabilities: [first_aid]}",
        "responders: [{kind: patrol, count: 2, capabilities: [first_aid]}",
        "run_cards.yaml",
    )
    assert ["2 patrol" in finding.en for finding in pack.load().warnings] == [True]


@pytest.mark.parametrize("part", ["centre", "sectors", "units"])
def test_missing_part_is_refused(pack: PackCopy, part: str) -> None:
    """A pack without its centre, sectors or units is refused, saying which part is missing."""
    path = pack.folder / "city.yaml"
    parts = path.read_text(encoding="utf-8").split("\n\n")
    kept = [text for text in parts if not text.removeprefix(parts[0].split("centre:")[0]).startswith(f"{part}:")]
    assert len(kept) == len(parts) - 1
    path.write_text("\n\n".join(kept), encoding="utf-8")
    assert [f'"{part}" is missing' in finding.en for finding in pack.errors() if "is missing;" in finding.en] == [True]
