"""The codec that every reader of a topic decodes with: a bad record is told apart by its reason, and nothing else."""

import re

import pytest

from schemas.codec import Undecodable, decode
from schemas.messages.signal import Signal
from tests.contract.test_security_document import names_in
from tests.flow.bad_input.table import DOCUMENT, document
from tests.flow.bad_input.topic_cases import GOOD_SIGNAL, RECORDS, SIGNAL, BadRecord


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.what)
def test_each_bad_record_has_its_reason(record: BadRecord) -> None:
    """The reason names the place, the exact bytes travel along, and no value of the record is in the reason."""
    with pytest.raises(Undecodable) as caught:
        decode(record.value, record.headers, [Signal])
    assert record.reason in caught.value.reason
    assert caught.value.raw == record.value
    assert "volcano" not in caught.value.reason


def test_faust_tags_are_data() -> None:
    """A `__faust` tag beside a whole signal is an unknown field: left out, never a type to load."""
    tagged = GOOD_SIGNAL % b',"__faust":{"ns":"os.system"}'
    assert decode(tagged, SIGNAL, [Signal]) == decode(GOOD_SIGNAL % b"", SIGNAL, [Signal])


def test_the_document_is_the_table() -> None:
    """docs/bad-input.md says what the cases say; `python -m tests.flow.bad_input.table` writes it."""
    assert DOCUMENT.read_text("utf-8") == document()


def test_each_line_of_the_document_has_a_test() -> None:
    """Every test that the document names exists."""
    named = re.findall(r"`(tests/[^`:]+\.py)::(test_\w+)`", document())
    assert len(named) > 15
    for path, test in named:
        assert test in names_in(path), (path, test)
