"""What an engine is."""

from typing import Protocol

from services.dispatch.travel.graph import Floats, Indices


class Metric(Protocol):
    """A network under one set of times; immutable, so a reader may keep it while another one takes its place."""

    def seconds(self, sources: Indices, targets: Indices) -> Floats:
        """The least times from each source node (rows) to each target node (columns); infinite where no path."""
        ...


class Engine(Protocol):
    """An engine prepared for one network."""

    @property
    def name(self) -> str:
        """As logged and shown: `hierarchy` or `sparse`."""
        ...

    def customised(self, seconds: Floats) -> Metric:
        """The network under these times by arc, seconds; infinite closes an arc."""
        ...
