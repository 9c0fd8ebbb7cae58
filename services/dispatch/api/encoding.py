"""Long lists as JSON at once: FastAPI would go through every value of them first, half of the whole answer's time."""

from typing import Any

import orjson
from fastapi import Response


def as_json(content: Any) -> Response:
    """200 with `content`: dicts, lists, words, numbers, instants with their zone. Raises TypeError for others."""
    # SQLAlchemy's names of columns are strings of a class of their own.
    return Response(orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS), media_type="application/json")
