"""The console names natures as the vocabulary does."""

import re

from deploy.local.layout import REPOSITORY
from schemas.vocabulary.natures import NATURES

TABLE = REPOSITORY / "web" / "src" / "console" / "parts" / "natures.ts"
LINE = re.compile(r"^  (\w+): \['(.+)', '(.+)', '(P\d)'\],$", re.MULTILINE)


def test_the_call_form_names_each_nature_as_the_vocabulary_does() -> None:
    """Same natures, words in both languages and usual priorities; only the apostrophe is typographic."""
    shown = {
        nature: (fr.replace("’", "'"), en, priority) for nature, fr, en, priority in LINE.findall(TABLE.read_text())
    }
    assert shown == {nature.value: (one.fr, one.en, one.priority.value) for nature, one in NATURES.items()}
