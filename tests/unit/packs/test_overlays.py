"""An overlay changes what it names, adds what is new, and leaves the rest."""

from pathlib import Path

import pytest

from schemas.pack.files import load_with_warnings
from schemas.vocabulary.natures import Nature
from tests.unit.packs.pack_copy import CITIES, NOW, PackCopy


@pytest.fixture
def overlay(pack: PackCopy) -> Path:
    """Where the tests put their overlay."""
    return pack.folder / "overlays" / "test"


def test_overlays_folder_is_not_part_of_the_pack(pack: PackCopy) -> None:
    """A pack loads the same whether or not overlays lie in its folder."""
    version = pack.load().pack.version
    pack.write("overlays/test/over.yaml", "centre: {exercise: true}\n")
    assert pack.load().pack.version == version


def test_known_id_changes_only_named_fields(pack: PackCopy, overlay: Path) -> None:
    """An agency's address is replaced while its secret, kind and place in the order stay."""
    before = pack.load().pack.agencies
    pack.write("overlays/test/over.yaml", 'agencies: [{id: codis31, webhook_url: "https://sdis.example/v"}]\n')
    after = pack.load(overlay).pack.agencies
    assert after[0].webhook_url == "https://sdis.example/v"
    assert after[0].model_copy(update={"webhook_url": before[0].webhook_url}) == before[0]
    assert after[1:] == before[1:]


def test_new_id_is_added(pack: PackCopy, overlay: Path) -> None:
    """A unit that the pack does not know joins it."""
    place = "commune: '31555', sector: capitole, position: {lat: 43.604, lon: 1.444}"
    unit = f"{{id: tls-9, call_sign: Neuf, kind: patrol, {place}}}"
    pack.write("overlays/test/over.yaml", f"units: [{unit}]\n")
    assert [u.id for u in pack.load(overlay).pack.units][-1] == "tls-9"


def test_new_run_card_is_tried_first(pack: PackCopy, overlay: Path) -> None:
    """A card that an overlay adds goes above the pack's own, else it could never hold."""
    card = "{id: exercise-fire, natures: [fire], priority: P1, engagement: automatic, responders: [{kind: patrol}]}"
    pack.write("overlays/test/over.yaml", f"run_cards: [{card}]\n")
    first = pack.load(overlay).pack.run_cards[0]
    assert (first.id, first.natures) == ("exercise-fire", (Nature.FIRE,))


def test_mistake_in_an_overlay_names_the_overlay(pack: PackCopy, overlay: Path) -> None:
    """A wrong value that an overlay brings is found in the overlay's file, not in the pack's."""
    file = pack.write("overlays/test/over.yaml", "agencies:\n  - id: codis31\n    acknowledge_within_s: 1\n")
    assert [str(finding.place) for finding in pack.errors(overlay)] == [f"{file}:3"]


def test_missing_overlay_is_an_error(pack: PackCopy, overlay: Path) -> None:
    """An overlay folder that does not exist is refused, so that a typing error does not pass silently."""
    assert [finding.place.file for finding in pack.errors(overlay)] == [overlay]


def test_overlay_bases_replace_those_of_the_use_case(pack: PackCopy, overlay: Path) -> None:
    """Of a use case that the overlay names, only the overlay's legal bases remain."""
    period = "starts_at: 2026-01-01T00:00:00Z, ends_at: 2027-01-01T00:00:00Z"
    basis = f"{{{{use_case: stray_animal, basis: Arrêté {{}}, {period}, approver: Préfet}}}}"
    pack.write("law.yaml", f"legal_bases: [{basis.format(1)}, {basis.format(2)}]\n")
    pack.write("overlays/test/over.yaml", f"legal_bases: [{basis.format(3)}]\n")
    assert [held.basis for held in pack.load(overlay).pack.legal_bases] == ["Arrêté 3"]


def test_exercise_overlay_of_metz_allows_one_use_case() -> None:
    """Metz allows no analytics; under `exercice` exactly one use case, with the banner."""
    metz = CITIES / "metz"
    plain = load_with_warnings(metz, [], NOW)
    exercise = load_with_warnings(metz, [metz / "overlays" / "exercice"], NOW)
    assert (plain.pack.legal_bases, plain.pack.centre.exercise) == ((), False)
    assert [held.use_case for held in exercise.pack.legal_bases] == ["sos_support_person"]
    assert exercise.pack.centre.exercise
    assert exercise.pack.version != plain.pack.version
