"""What can be wrong with streets."""


class StreetsUnreadable(Exception):
    """A street network cannot be used. The message names the file, the place in it and what is wrong."""

    def __init__(self, source: str, place: str, wrong: str) -> None:
        super().__init__(f"{source}: {place}: {wrong}" if place else f"{source}: {wrong}")
        self.source = source
        self.place = place


class UnknownStreet(Exception):
    """A change names a street that the network does not have."""

    def __init__(self, street: str) -> None:
        super().__init__(f"no street {street!r} in the network")
        self.street = street
