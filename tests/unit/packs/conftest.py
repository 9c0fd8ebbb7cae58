"""The small pack, copied for each test."""

from pathlib import Path

import pytest

from tests.unit.packs.pack_copy import PackCopy, copy_of


@pytest.fixture
def pack(tmp_path: Path) -> PackCopy:
    """Toulouse, to be spoilt."""
    return copy_of("toulouse", tmp_path)
