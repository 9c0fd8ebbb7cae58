"""What a mistyped street may have meant."""

from services.dispatch.travel.near_names import OFFERED, near_names

STREETS = ["Avenue Foch", "Rue Mazelle", "Rue Serpenoise", "En-Fournirue", "Rue des Trois-Évêchés", "Rue du Change"]


def test_the_name_that_was_meant_comes_first() -> None:
    """A wrong letter, missing accents and another case find the street; nonsense finds nothing."""
    assert near_names("rue serpenoize", STREETS)[0] == "Rue Serpenoise"
    assert near_names("RUE DES TROIS-EVECHES", STREETS)[0] == "Rue des Trois-Évêchés"
    assert near_names("zzzzzz", STREETS) == []


def test_no_more_than_five_are_offered() -> None:
    """A list to choose from, not the map."""
    assert len(near_names("way/10", [f"way/10{digit}" for digit in range(10)])) == OFFERED
