"""What a process holds of topic `packs`: the newest whole version of each centre."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from schemas.codec import Undecodable, decode
from schemas.pack.pack import CityPack, PackAssembler, PackPartApplied


class PackHolder:
    """Feed it the records of `packs` (`accept` fits a reader of a compacted topic); ask it for packs.

    `changed(pack)` is called, on the reader's thread, each time a centre has a new whole version;
    `rejected(reason)` where a record or a completed pack is not usable: the former version stays held.
    """

    def __init__(
        self, changed: Callable[[CityPack], None], rejected: Callable[[str], None] = lambda reason: None
    ) -> None:
        self._assembler = PackAssembler()
        self._changed, self._rejected = changed, rejected

    @property
    def packs(self) -> dict[str, CityPack]:
        """The held packs by centre code."""
        return self._assembler.packs

    def accept(self, key: bytes | None, value: bytes | None, headers: Any) -> None:
        """Takes one record of the topic; tombstones remove nothing while the process lives."""
        if value is None:
            return
        try:
            pack = self._assembler.add(decode(value, headers, [PackPartApplied]))
        except Undecodable as error:
            self._rejected(error.reason)
            return
        except ValidationError as error:
            self._rejected(str(error.error_count()))
            return
        if pack is not None:
            self._changed(pack)
