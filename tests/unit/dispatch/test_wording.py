"""Every word of a decision has its sentence in both languages."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from services.dispatch.domain.recommending import Reason, Refusal, Rule
from services.dispatch.wording import REASONS, REFUSALS, RULES, Words


@pytest.mark.parametrize(("words", "table"), [(Rule, RULES), (Reason, REASONS), (Refusal, REFUSALS)])
def test_no_word_is_left_without_a_sentence(words: type[StrEnum], table: Mapping[StrEnum, Words]) -> None:
    """An operator never reads a bare identifier; French and English are two texts."""
    assert set(table) == set(words)
    for known in table.values():
        assert known.fr.endswith(".")
        assert known.en.endswith(".")
        assert known.fr != known.en
