"""Any request at all that a tracker, or what takes itself for one, may send; for property tests."""

import json
from typing import Any

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["1", "-0", "1e309", "nan", "٤٩", "2026-06-01T10:00:00Z", "0001-01-01T00:00:00+14:00", "9" * 400]),
)
NAMES = [
    "_type", "lat", "lon", "acc", "tst", "topic", "device_id", "device", "uniqueId", "location", "coords", "timestamp",
    "latitude", "longitude", "accuracy", "position", "valid", "fixTime", "id", "deviceid",
]  # fmt: skip
TYPES = st.sampled_from(["location", "lwt", "encrypted"])


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects whose members are called as the formats call theirs."""
    return st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)


values = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), objects(inner)), max_leaves=12)
messages = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe{", b"{", b'{"tst":' + b"9" * 9_000 + b"}"]),
    values.map(lambda value: json.dumps(value).encode()),
    st.builds(lambda told, kind: json.dumps(told | {"_type": kind}).encode(), objects(values), TYPES),
)
texts = st.dictionaries(
    st.sampled_from(["u", "d", "id", "deviceid", "lat", "lon", "location", "timestamp", "valid", "accuracy"]),
    st.one_of(st.text(max_size=20), scalars.map(str)),
    max_size=6,
)
headers = st.dictionaries(
    st.sampled_from(["x-limit-u", "x-limit-d", "authorization"]), st.text(max_size=30), max_size=3
)
